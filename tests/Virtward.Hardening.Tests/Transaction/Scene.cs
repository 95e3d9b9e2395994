using System.Collections.Immutable;
using Virtward.Core.Host;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Machine;
using Virtward.Hardening.Plan;
using Virtward.Hardening.Transaction;

namespace Virtward.Hardening.Tests.Transaction;

/// <summary>A host in memory with a plan of every kind of step.</summary>
internal static class Scene
{
    public const string Dropin = "/etc/ssh/sshd_config.d/00-virtward.conf";

    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static readonly ImmutableArray<Change> Changes =
    [
        new Change("ssh", "harden sshd", "passwords are guessed")
        {
            Steps = [new FileStep(Dropin, "PasswordAuthentication no\n", Private), new FileStep("/etc/ssh/old.conf", null, Private)],
            Proofs =
            [
                new Proof(["judge", "sshd"], "sshd accepts its configuration"),
                new Proof(["serve", "sshd"], "sshd answers with its configuration") { Input = "SSH-2.0-Virtward\r\n", Answers = ["SSH-2.0-", "none"] },
            ],
            Effects = [new UnitEffect("ssh.service", UnitEffectKind.Reload)],
            Risk = ChangeRisk.LockOut,
        },
        new Change("firewall", "close the host", "it is open")
        {
            Steps = [new FirewallStep("add table inet virtward\ntable inet virtward {\n\tchain policy_input {\n\t\ttype filter hook input priority 0; policy drop;\n\t}\n}\n")],
            Lasting =
            [
                new FileStep("/etc/virtward/firewall.nft", "table inet virtward {\n}\n", Private),
                new UnitStep("virtward-firewall.service", UnitBoot.Enabled, null),
            ],
        },
        new Change("kernel", "settings", "redirects")
        {
            Steps =
            [
                new SysctlStep("net/ipv4/conf/all/forwarding", "0"), new SysctlStep("net/ipv4/conf/eth0/forwarding", "1"), new SysctlStep("net/ipv4/tcp_rfc1337", "1"),
                new SysctlStep("net/ipv4/conf/gone/rp_filter", "1"),
            ],
            Lasting = [new FileStep("/etc/sysctl.d/99-virtward.conf", "net.ipv4.tcp_rfc1337 = 1\n", Private)],
        },
        new Change("units", "avahi off", "not needed")
        {
            Steps = [new UnitStep("avahi.service", UnitBoot.Masked, false), new UnitStep("good.timer", UnitBoot.Enabled, true), new UnitStep("open.socket", UnitBoot.Masked, false), new UnitStep("absent.service", UnitBoot.Masked, false)],
        },
        new Change("packages", "telnetd away", "clear text")
        {
            Steps =
            [
                new PackageStep("telnetd", false), new PackageStep("unattended-upgrades", true),
                new CommandStep("upgrades", ["upgrades", "get"], "on", [["upgrades", "set", "on"]], [["upgrades", "set", "{before}"]]),
            ],
        },
        new Change("far", "fetch from afar", "it would be good to have")
        {
            MayBeLeftOut = true,
            Steps = [new FileStep("/etc/far.conf", "far\n", Private), new PackageStep("far", true)],
            Lasting = [new FileStep("/etc/far.boot", "far\n", Private)],
        },
        new Change("modes", "modes", "secrets")
        {
            Steps = [new FileModeStep("/etc/ssh/sshd_config", Private), new CommandStep("switch nfs", ["switch", "get", "nfs"], "off", [["switch", "set", "nfs", "off"]], [["switch", "set", "nfs", "{before}"]]) { UndoAtBoot = [["switch", "set", "nfs", "{before}"]] }],
        },
    ];

    /// <summary>A host on which none of the changes is made yet.</summary>
    public static MemoryHost Host()
    {
        var host = new MemoryHost();
        host.Files["/usr/bin/dpkg-query"] = new FileImage(Blob.FromText("x"), Private, 0, 0);
        host.Files["/etc/ssh/old.conf"] = new FileImage(Blob.FromText("PermitRootLogin yes\n"), Private | UnixFileMode.GroupRead, 0, 42)
        {
            Attributes = ImmutableSortedDictionary<string, Blob>.Empty.Add("security.selinux", Blob.FromText("etc_t")),
        };
        host.Files["/etc/ssh/sshd_config"] = new FileImage(Blob.FromText("Port 22\n"), Private | UnixFileMode.OtherRead, 0, 0);
        host.Settings["net/ipv4/conf/all/forwarding"] = "1";
        host.Settings["net/ipv4/conf/eth0/forwarding"] = "0";
        host.Settings["net/ipv4/tcp_rfc1337"] = "0";
        host.Units["ssh.service"] = ("enabled", true);
        host.Units["avahi.service"] = ("enabled", true);
        host.Units["open.socket"] = ("enabled", true);
        host.Units["open.service"] = ("enabled", true);
        host.Units["good.timer"] = ("disabled", false);
        host.Units["virtward-firewall.service"] = ("disabled", false);
        host.Packages.Add("telnetd");
        host.Bringing.Add(new("unattended-upgrades", "python3-apt"));
        host.Bringing.Add(new("unattended-upgrades", "ucf"));
        host.Starting["unattended-upgrades"] = "unattended-upgrades.service";
        host.Switches["nfs"] = "on";
        return host;
    }

    /// <summary>The plan for a host.</summary>
    public static async Task<ClosingPlan> PlanAsync(MemoryHost host)
    {
        ImmutableArray<PlannedChange> left = (await new Surveyor(new StepRunner(host.Machine)).LeftAsync(Changes, TestContext.Current.CancellationToken)).Value;
        return new ClosingPlan(DateTimeOffset.UnixEpoch, "kvm1", "policy.yaml", "", left);
    }

    /// <summary>Somebody who came in over SSH at a time.</summary>
    public static Actor Ssh(double at, string from = "192.168.1.5") => new("anna") { From = Address.Parse(from), ConnectedAt = at };

    public static Transactions Transactions(MemoryHost host, bool booting = false) => new(booting ? host.Booting : host.Machine, host, host, host, TimeProvider.System);

    public static async Task<Result<TransactionRecord>> ApplyAsync(MemoryHost host, Func<CancellationToken, Task<Result<Done>>>? verify = null)
    {
        var request = new ApplyRequest(await PlanAsync(host), Ssh(100), TimeSpan.FromSeconds(300));
        return await Transactions(host).ApplyAsync(verify is null ? request : request with { Verify = verify }, TestContext.Current.CancellationToken);
    }
}
