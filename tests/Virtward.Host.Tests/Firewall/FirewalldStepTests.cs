using Virtward.Core.Policy;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Facts;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Firewall;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Firewall;
using Virtward.Host.Tests.Program;
using Xunit;

namespace Virtward.Host.Tests.Firewall;

/// <summary>A real firewalld prints what the steps for it say that it would, and goes back all the way.</summary>
public sealed class FirewalldStepTests
{
    // /run and /etc/firewalld are private memory; when the shell ends, the process namespace takes everything along.
    private const string Beginning =
        """
        set -e
        mount --make-rprivate /
        mount -t tmpfs none /run
        mount -t tmpfs none /var/log
        cp -a /etc/firewalld /run/firewalld-etc && mount --bind /run/firewalld-etc /etc/firewalld
        mkdir -p /run/dbus /run/firewalld
        ip link set lo up
        dbus-daemon --system --nopidfile --fork
        firewalld --nofork --nopid >/run/firewalld.log 2>&1 &
        for i in $(seq 300); do firewall-cmd --state >/dev/null 2>&1 && break; sleep 0.1; done
        firewall-cmd -q --zone=public --add-port=5905/tcp
        firewall-cmd -q --zone=public --add-port=80/udp
        firewall-cmd -q --permanent --zone=public --add-port=5905/tcp

        """;

    [Fact]
    public void Ports_come_and_go_as_the_steps_say()
    {
        if (!File.Exists("/usr/sbin/firewalld"))
        {
            Assert.Skip("firewalld is not installed");
        }

        Change change = Change();
        CommandStep[] steps = [.. change.Steps.Concat(change.Lasting).OfType<CommandStep>()];
        Assert.Equal(["443/tcp 5900-5910/tcp 80/udp", "443/tcp 5900-5910/tcp"], steps.Select(static step => step.Wanted));
        string script = Beginning + string.Concat(steps.Select(static step =>
            $"echo \"before $({Line(step.Read)})\"\n{string.Concat(step.Set.Select(static words => Line(words) + " >/dev/null\n"))}echo \"set $({Line(step.Read)})\"\n"
            + $"{string.Concat(step.Undo.Select(static words => Line(words) + " >/dev/null\n"))}echo \"back $({Line(step.Read)})\"\n"));
        ScriptRun run = ScriptRun.Of(script);
        Assert.True(run.ExitCode == 0, $"{run.Output}\n{run.Error}");
        string[] expected = [.. new[] { "5905/tcp 80/udp", "5905/tcp" }.Zip(steps, static (before, step) => new[] { $"before {before}", $"set {step.Wanted}", $"back {before}" }).SelectMany(static lines => lines)];
        Assert.Equal(expected, run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Ways_that_nobody_needs_are_closed_and_come_back()
    {
        if (!File.Exists("/usr/sbin/firewalld"))
        {
            Assert.Skip("firewalld is not installed");
        }

        // One zone with two interfaces that translates, stored and in force; another way that is in force only.
        const string ways = Beginning +
            """
            firewall-cmd -q --zone=public --add-masquerade
            firewall-cmd -q --permanent --zone=public --add-masquerade
            firewall-cmd -q --zone=public --add-forward
            firewall-cmd -q --zone=public --add-interface=eth0
            firewall-cmd -q --zone=public --add-interface=eth1
            firewall-cmd -q --permanent --zone=public --remove-forward

            """;
        const string cut = "-----";
        ScriptRun seen = ScriptRun.Of($"{ways}firewall-cmd --list-all-zones\necho {cut}\nfirewall-cmd --list-all-policies\necho {cut}\ncat /etc/firewalld/zones/public.xml\n");
        Assert.True(seen.ExitCode == 0, $"{seen.Output}\n{seen.Error}");
        string[] texts = seen.Output.Split(cut + "\n");
        Change change = Ways(texts[0], texts[1], texts[2]);
        Assert.Equal(["FW-11", "FW-13"], change.Checks);
        CommandStep[] steps = [.. change.Steps.Concat(change.Lasting).OfType<CommandStep>()];
        Assert.Equal(
            ["forward of firewalld's zone public", "masquerade of firewalld's zone public", "stored masquerade of firewalld's zone public"], steps.Select(static step => step.What));
        ScriptRun run = ScriptRun.Of(ways + string.Concat(steps.Select(static step =>
            $"echo \"before $({Line(step.Read)} || :)\"\n{string.Concat(step.Set.Select(static words => Line(words) + " >/dev/null\n"))}echo \"set $({Line(step.Read)} || :)\"\n"
            + $"{string.Concat(step.Undo.Select(static words => Line(words) + " >/dev/null\n"))}echo \"back $({Line(step.Read)} || :)\"\n")) + "firewall-cmd --list-all-zones\n");
        Assert.True(run.ExitCode == 0, $"{run.Output}\n{run.Error}");
        string[] lines = run.Output.Split('\n', 10);
        Assert.Equal(Enumerable.Repeat<string[]>(["before yes", "set no", "back yes"], steps.Length).SelectMany(static three => three), lines[..9]);
        Assert.Equal(texts[0], lines[9]);
    }

    private static string Line(IEnumerable<string> words) => string.Join(' ', words);

    private static Change Ways(string zones, string policies, string stored)
    {
        HostPolicy policy = DefaultPolicy.Read();
        Snapshot snapshot = Seen(zones, stored)
            .With(FirewallSources.RuntimePolicies, policies)
            .With(SnapshotNames.Sysctl, "net.ipv4.ip_forward = 1\nnet.ipv6.conf.all.forwarding = 0\n");
        return Assert.Single(FirewalldWaysChange.Of(new AuditFacts(HostFacts.Read(snapshot), policy, Profile.Isolated, DateTimeOffset.UnixEpoch), policy).Changes);
    }

    private static Change Change()
    {
        HostPolicy policy = DefaultPolicy.Read() with
        {
            Services = [new("https", [new(Transport.Tcp, 443, 443)], ["internet"]), new("vnc", [new(Transport.Tcp, 5900, 5910)], ["internet"])],
        };
        Snapshot snapshot = Seen(
            "public (active)\n  target: default\n  interfaces: eth0\n  services: ssh dhcpv6-client\n  ports: 5905/tcp 80/udp\n",
            "<zone><service name=\"ssh\"/><port port=\"5905\" protocol=\"tcp\"/></zone>");
        return Assert.IsType<Change>(FirewalldChange.Of(policy, new AuditFacts(HostFacts.Read(snapshot), policy, Profile.Isolated, DateTimeOffset.UnixEpoch)));
    }

    private static Snapshot Seen(string zones, string stored) => new Snapshot()
            .With(SnapshotNames.NftText, "")
            .With(SnapshotNames.Links, """[{"ifindex":2,"ifname":"eth0","flags":["BROADCAST","UP","LOWER_UP"],"operstate":"UP","link_type":"ether","address":"52:54:00:00:00:02"},{"ifindex":3,"ifname":"eth1","flags":["BROADCAST","UP","LOWER_UP"],"operstate":"UP","link_type":"ether","address":"52:54:00:00:00:03"}]""")
            .With(SnapshotNames.Addresses, """[{"ifindex":2,"ifname":"eth0","addr_info":[{"family":"inet","local":"203.0.113.10","prefixlen":24,"scope":"global"}]}]""")
            .With(SnapshotNames.Routes, """[{"dst":"default","gateway":"203.0.113.1","dev":"eth0","table":"main"}]""")
            .With("audit/firewall-units.txt", "Id=firewalld.service\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\nBefore=network-pre.target\n")
            .With(FirewallSources.RuntimeZones, zones)
            .With(SnapshotNames.OfPath("/etc/firewalld/firewalld.conf"), "DefaultZone=public\n")
            .With(SnapshotNames.OfPath("/etc/firewalld/zones/public.xml"), stored);
}
