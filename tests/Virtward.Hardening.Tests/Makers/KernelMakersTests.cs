using Virtward.Core.Policy;
using Virtward.Core.Policy.Reading;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Firewall;
using Virtward.Hardening.Checks.Ipv6;
using Virtward.Hardening.Checks.Kernel;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Makers;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Makers;

public sealed class KernelMakersTests
{
    private static readonly Check[] Answered = [Sys01.Check, Sys02.Check, Sys03.Check, Sys04.Check, Sys05.Check, Sys06.Check, Sys07.Check, Sys08.Check, Sys09.Check, Sys10.Check];

    // A Debian as it comes, with what sysctl.d files of others make of it.
    private static TestHost Insecure(params string[] lines) => KernelTexts.Hardened([.. new[] { "all", "default", "eth0", "eth1", "virbr0" }.SelectMany(static device => new[]
    {
        $"net.ipv4.conf.{device}.rp_filter = 0", $"net.ipv4.conf.{device}.accept_redirects = 1", $"net.ipv4.conf.{device}.send_redirects = 1", $"net.ipv4.conf.{device}.accept_source_route = 1",
        $"net.ipv4.conf.{device}.log_martians = 0", $"net.ipv4.conf.{device}.arp_ignore = 0", $"net.ipv4.conf.{device}.arp_announce = 0", $"net.ipv6.conf.{device}.accept_redirects = 1",
        $"net.ipv6.conf.{device}.accept_ra = 1",
    }), "net.ipv4.conf.virbr0.route_localnet = 1", "kernel.kptr_restrict = 0", "kernel.dmesg_restrict = 0", "kernel.unprivileged_bpf_disabled = 0", "kernel.kexec_load_disabled = 0", "fs.suid_dumpable = 2", .. lines]).State("/etc/sysctl.d", 755, kind: "directory");

    [Fact]
    public void Every_setting_is_put_right_now_and_at_boot()
    {
        AuditFacts before = Facts(Insecure().Config("/etc/sysctl.d/99-zz.conf", "# old\nkernel.dmesg_restrict = 0\nvm.swappiness = 10\n"));
        string[] failing = [.. Answered.Where(check => check.Judge(before).Status == Status.Fail).Select(static check => check.Id)];
        Assert.Equal(["SYS-01", "SYS-02", "SYS-03", "SYS-04", "SYS-07", "SYS-08", "SYS-09", "SYS-10"], failing);

        MadeChanges made = SysctlChange.Of(before, before.Policy);
        Change change = Assert.Single(made.Changes);
        Assert.Equal(failing, change.Checks);
        Assert.DoesNotContain(change.Steps, static step => step is FileStep);
        Assert.Contains(new SysctlStep("net/ipv4/conf/eth0/rp_filter", "1"), change.Steps);
        Assert.Contains(new SysctlStep("kernel/unprivileged_bpf_disabled", "2"), change.Steps);
        Assert.DoesNotContain(change.Steps.OfType<SysctlStep>(), static step => step.Path.EndsWith("kexec_load_disabled", StringComparison.Ordinal));
        Assert.Single(made.Notes, static note => note.StartsWith("kernel.kexec_load_disabled holds from the next boot on", StringComparison.Ordinal));
        Assert.Equal("# old\n#virtward# kernel.dmesg_restrict = 0\nvm.swappiness = 10\n", Assert.Single(change.Lasting.OfType<FileStep>(), static file => file.Path.EndsWith("99-zz.conf", StringComparison.Ordinal)).Content);

        AuditFacts after = Applied.On(before, made);
        Assert.All(Answered.Where(static check => check.Id != "SYS-09"), check => Judged.Passes(check, after));
        Judged.Fails(Sys09.Check, after, "kernel.kexec_load_disabled");

        // The next boot: everything that the file says is in force; there is nothing to do any more, and the file keeps what it has.
        AuditFacts booted = Facts(new TestHost().Text(SnapshotNames.Sysctl, after.Snapshot.Text(SnapshotNames.Sysctl)!.Replace("kexec_load_disabled = 0", "kexec_load_disabled = 1", StringComparison.Ordinal))
            .Config(KernelJudgeDropIn, after.Snapshot.Config(KernelJudgeDropIn)!).State("/etc/sysctl.d", 755, kind: "directory"));
        Assert.All(Answered, check => Judged.Passes(check, booted));
        Assert.Empty(SysctlChange.Of(booted, booted.Policy).Changes);
    }

    [Fact]
    public void An_interface_without_IPv6_gets_the_default_at_once_as_it_would_when_made_anew()
    {
        AuditFacts before = Facts(Insecure("net.ipv6.conf.virbr0.disable_ipv6 = 1"));
        Change change = Assert.Single(SysctlChange.Of(before, before.Policy).Changes);
        Assert.Contains(new SysctlStep("net/ipv6/conf/virbr0/accept_redirects", "0"), change.Steps);
        Assert.DoesNotContain("ipv6.conf.virbr0", Assert.IsType<FileStep>(change.Lasting[0]).Content, StringComparison.Ordinal);

        AuditFacts own = Facts(KernelTexts.Hardened("net.ipv6.conf.virbr0.disable_ipv6 = 1", "net.ipv6.conf.virbr0.accept_redirects = 1", "net.ipv6.conf.virbr0.accept_ra = 1").State("/etc/sysctl.d", 755, kind: "directory"));
        Assert.Empty(SysctlChange.Of(own, own.Policy).Changes);
    }

    [Fact]
    public void The_table_of_connections_is_large_enough_and_opens_nothing_by_itself()
    {
        AuditFacts before = Facts(KernelTexts.Hardened("net.netfilter.nf_conntrack_max = 16384", "net.netfilter.nf_conntrack_helper = 1", "net.netfilter.nf_conntrack_tcp_loose = 1").State("/etc/sysctl.d", 755, kind: "directory"));
        Judged.Fails(Fw21.Check, before, "nf_conntrack_max", "nf_conntrack_helper");
        MadeChanges made = SysctlChange.Of(before, before.Policy);
        Change change = Assert.Single(made.Changes);
        Assert.Equal(["FW-21"], change.Checks);
        Assert.Equal([new SysctlStep("net/netfilter/nf_conntrack_helper", "0"), new SysctlStep("net/netfilter/nf_conntrack_max", "262144")], change.Steps);
        Assert.EndsWith("\nnf_conntrack\n", Assert.Single(change.Lasting.OfType<FileStep>(), static file => file.Path == "/etc/modules-load.d/99-virtward.conf").Content, StringComparison.Ordinal);
        AuditFacts after = Applied.On(before, made);
        Judged.Passes(Fw21.Check, after);
        Assert.Contains("net.netfilter.nf_conntrack_max = 262144\n", after.Snapshot.Config(KernelJudgeDropIn), StringComparison.Ordinal);
        Assert.Empty(SysctlChange.Of(after, after.Policy).Changes);
    }

    [Fact]
    public void One_setting_that_drifts_is_put_back_and_the_file_keeps_the_others()
    {
        AuditFacts facts = Facts(KernelTexts.Hardened("net.ipv4.conf.eth1.rp_filter = 0", "net.ipv4.conf.all.rp_filter = 0").Config(KernelJudgeDropIn, "net.ipv4.tcp_rfc1337 = 1\nnet.ipv4.conf.gone0.rp_filter = 1\n-net.ipv4.conf.eth0.rp_filter = 1\n"));
        Change change = Assert.Single(SysctlChange.Of(facts, facts.Policy).Changes);
        Assert.Equal([new SysctlStep("net/ipv4/conf/eth1/rp_filter", "1")], change.Steps);
        string[] lines = [.. Assert.IsType<FileStep>(Assert.Single(change.Lasting)).Content!.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static line => line[0] != '#')];
        Assert.Equal(["-net.ipv4.conf.eth0.rp_filter = 1", "-net.ipv4.conf.eth1.rp_filter = 1", "net.ipv4.tcp_rfc1337 = 1"], lines);
    }

    [Fact]
    public void The_policys_own_settings_win()
    {
        AuditFacts facts = Facts(Insecure(), "kernel: { sysctl: { net.ipv4.conf.eth0.rp_filter: 2, vm.swappiness: 1 } }");
        Change change = Assert.Single(SysctlChange.Of(facts, facts.Policy).Changes);
        Assert.Contains(new SysctlStep("net/ipv4/conf/eth0/rp_filter", "2"), change.Steps);
        Assert.Contains(new SysctlStep("net/ipv4/conf/eth1/rp_filter", "1"), change.Steps);
        Assert.Contains("\nvm.swappiness = 1\n", Assert.IsType<FileStep>(Assert.Single(change.Lasting)).Content, StringComparison.Ordinal);
    }

    [Fact]
    public void Forwarding_stays_for_guests_and_goes_without_them_with_a_way_back()
    {
        AuditFacts guests = Facts(Insecure());
        Assert.DoesNotContain(SysctlChange.Of(guests, guests.Policy).Changes[0].Steps.OfType<SysctlStep>(), static step => step.Path.Contains("forward", StringComparison.Ordinal));

        TestHost alone = KernelTexts.Hardened()
            .Text(SnapshotNames.Links, """[{"ifindex":2,"ifname":"eth0","flags":["UP"],"mtu":1500,"operstate":"UP","link_type":"ether","address":"52:54:00:00:00:02"}]""")
            .Text(SnapshotNames.Addresses, """[{"ifindex":2,"ifname":"eth0","addr_info":[{"family":"inet","local":"203.0.113.10","prefixlen":24,"scope":"global"}]}]""")
            .Text(SnapshotNames.Routes, """[{"dst":"default","gateway":"203.0.113.1","dev":"eth0","table":"main"}]""");
        AuditFacts facts = Facts(alone);
        Judged.Fails(Sys05.Check, facts, "net.ipv4.ip_forward");
        MadeChanges made = SysctlChange.Of(facts, facts.Policy);
        Assert.Equal(
            [new SysctlStep("net/ipv4/conf/all/accept_redirects", "0"), new SysctlStep("net/ipv4/ip_forward", "0")],
            made.Changes[0].Steps);
        Assert.NotEqual(Status.Fail, Sys05.Check.Judge(Applied.On(facts, made)).Status);

        AuditFacts routed = Facts(alone, "services: { web: { ports: [80], from: [internet], to: guests } }");
        Assert.Empty(SysctlChange.Of(routed, routed.Policy).Changes);
    }

    [Fact]
    public void Modules_are_blocked_but_for_those_in_use()
    {
        const string Tree = "/usr/lib/modules/6.1.0-18-amd64";
        TestHost host = KernelTexts.Hardened().State(Tree, 755, kind: "directory").State($"{Tree}/kernel/net/sctp", 755, kind: "directory").State($"{Tree}/kernel/net/dccp", 755, kind: "directory")
            .Config("/proc/modules", "ext4 1 0 - Live 0x0\n").Config("/etc/modprobe.d/x.conf", "blacklist dccp\n");
        AuditFacts facts = Facts(host);
        Judged.Fails(Sys11.Check, facts, "sctp");
        MadeChanges made = ModulesChange.Of(facts, facts.Policy);
        Assert.Equal("keep the kernel from loading sctp", Assert.Single(made.Changes).Title);
        AuditFacts after = Applied.On(facts, made);
        Judged.Passes(Sys11.Check, after);
        Assert.Empty(ModulesChange.Of(after, after.Policy).Changes);

        AuditFacts used = Facts(host.Listeners(TestHost.Socket("sctp", "192.168.1.100", 3868, "diameter")));
        Assert.Equal(["sctp is not blocked: a socket of it listens"], ModulesChange.Of(used, used.Policy).Notes);
    }

    [Fact]
    public void IPv6_is_switched_off_on_every_interface_but_loopback_and_on_again()
    {
        AuditFacts facts = Facts(KernelTexts.Hardened(), "ipv6: off");
        MadeChanges made = Ipv6OffChange.Of(facts, facts.Policy);
        Change change = Assert.Single(made.Changes);
        Assert.Equal(["net/ipv6/conf/default/disable_ipv6", "net/ipv6/conf/eth0/disable_ipv6", "net/ipv6/conf/eth1/disable_ipv6", "net/ipv6/conf/virbr0/disable_ipv6"], change.Steps.OfType<SysctlStep>().Select(static step => step.Path));
        Judged.Fails(V6Check02.Check, facts, "net.ipv6.conf.*.disable_ipv6");
        AuditFacts after = Applied.On(facts, made);
        Judged.Passes(V6Check02.Check, after);
        Assert.Equal(0, after.Kernel.Number(true, "lo", "disable_ipv6"));
        Assert.Empty(Ipv6OffChange.Of(after, after.Policy).Changes);

        AuditFacts unmanaged = Facts(KernelTexts.Hardened(), "ipv6: off\nkernel: { manage: false }");
        MadeChanges left = Ipv6OffChange.Of(unmanaged, unmanaged.Policy);
        Assert.Empty(left.Changes);
        Assert.Contains("kernel.manage", Assert.Single(left.Notes), StringComparison.Ordinal);

        HostPolicy on = PolicyReader.Read("version: 1\n", "p").Policy!;
        Assert.Null(Assert.IsType<FileStep>(Assert.Single(Assert.Single(Ipv6OffChange.Of(after, on).Changes).Lasting)).Content);
        Assert.Same(MadeChanges.None, Ipv6OffChange.Of(facts, on));
    }

    [Fact]
    public void Unmanaged_means_untouched()
    {
        HostPolicy policy = PolicyReader.Read("version: 1\nkernel: { manage: false }\nipv6: off\n", "p").Policy!;
        AuditFacts facts = Insecure().Facts(Profile.Isolated, policy);
        Assert.All([SysctlChange.Of(facts, policy), ModulesChange.Of(facts, policy), Ipv6OffChange.Of(facts, policy)], static made => Assert.Empty(made.Changes));
    }

    private const string KernelJudgeDropIn = "/etc/sysctl.d/99-virtward.conf";

    private static AuditFacts Facts(TestHost host, string policy = "") =>
        PlanRead.Of(host.Facts(Profile.Isolated, PolicyReader.Read($"version: 1\n{policy}\n", "p").Policy!));
}
