using Virtward.Core.Policy;
using Virtward.Core.Policy.Reading;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Exposure;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Checks.Exposure;

/// <summary>EXP-01 to EXP-07, EXP-13, EXP-14, EXP-16 to EXP-19: sockets, and who reaches them.</summary>
public sealed class SocketTests
{
    private const string Firewalld = """
        table inet firewalld { # handle 1
        	chain filter_INPUT { # handle 2
        		type filter hook input priority filter + 10; policy accept;
        		ct state established,related accept # handle 3
        		iifname "lo" accept # handle 4
        		ct state invalid drop # handle 5
        		iifname "eth0" jump filter_IN_public # handle 6
        		reject with icmpx admin-prohibited # handle 7
        	}
        	chain filter_IN_public { # handle 8
        		jump filter_IN_public_allow # handle 9
        	}
        	chain filter_IN_public_allow { # handle 10
        		tcp dport 22 accept # handle 11
        	}
        }

        """;

    [Fact]
    public void A_host_as_it_should_be_passes()
    {
        var facts = NetHosts.Good().Facts();
        foreach (Check check in (IEnumerable<Check>)[Exp01.Check, Exp02.Check, Exp03.Check, Exp04.Check, Exp05.Check, Exp06.Check, Exp07.Check, Exp13.Check, Exp16.Check, Exp17.Check, Exp18.Check])
        {
            Judged.Passes(check, facts);
        }
    }

    [Fact]
    public void Without_rules_everything_is_open_and_each_check_finds_its_own()
    {
        var facts = NetHosts.Bare().Facts();
        Judged.Fails(Exp01.Check, facts, "tcp 22", "tcp 5901", "tcp 16509", "udp 53", "tcp 9090", "tcp 49152");
        Judged.Fails(Exp02.Check, facts, "tcp 22");
        Judged.Fails(Exp03.Check, facts, "tcp 5901");
        Judged.Fails(Exp04.Check, facts, "tcp 16509");
        Judged.Fails(Exp05.Check, facts, "udp 53");
        Judged.Fails(Exp06.Check, facts, "tcp 9090");
        Judged.Fails(Exp07.Check, facts, "tcp 49152");
        Judged.Fails(Exp16.Check, facts, "tcp 5901", "tcp 16509", "udp 53", "tcp 9090", "tcp 49152");
        Judged.DoesNotApply(Exp16.Check, NetHosts.Bare().Facts(Profile.Lab));
    }

    [Fact]
    public void Rules_that_were_not_read_prove_nothing()
    {
        var facts = NetHosts.Good().Lacks(SnapshotNames.NftText, "it needs root").Facts();
        Assert.All(ExposureChecks.All.Where(static check => check.Id != "EXP-17"), check => Judged.IsUnknown(check, facts));
        Judged.IsUnknown(Exp01.Check, NetHosts.Good().Lacks(SnapshotNames.Listeners, "it needs root").Facts());
    }

    [Fact]
    public void The_evidence_is_the_socket_and_the_rule_with_its_owner_and_the_remedy_speaks_its_owners_language()
    {
        var facts = new TestHost().Rules(Firewalld).Listeners(TestHost.Socket("tcp", "0.0.0.0", 22, "ssh", "sshd")).Text("audit/firewall-units.txt", NetHosts.FirewalldUnits).Facts();
        Finding finding = Assert.Single(Judged.Fails(Exp01.Check, facts, "tcp 22").Findings);
        Assert.Contains(finding.Evidence, static one => one.Kind == EvidenceKind.Socket && one.Where == "tcp 0.0.0.0:22" && one.Text == "sshd");
        Assert.Contains(finding.Evidence, static one => one.Kind == EvidenceKind.Rule && one.Text == "tcp dport 22 accept" && one.Where.StartsWith("inet firewalld, chain filter_IN_public_allow, handle 11, of firewalld", StringComparison.Ordinal));
        Assert.Contains("firewall-cmd --permanent --zone=public --remove-service=ssh", finding.Remedy.Steps);
        Assert.Equal(Risk.Lockout, finding.Remedy.Risk);
    }

    [Fact]
    public void Ssh_that_nobody_of_the_administrators_reaches_is_found()
    {
        string closed = NetHosts.Closed.Replace("		iifname \"eth1\" tcp dport 22 accept # handle 17\n", "", StringComparison.Ordinal);
        Judged.Fails(Exp02.Check, NetHosts.Good().Rules(closed).Facts(), "ssh from the administrators");
        Judged.DoesNotApply(Exp02.Check, NetHosts.Good().Listeners().Facts());
    }

    [Fact]
    public void Without_root_a_screen_may_have_been_missed()
    {
        Judged.IsUnknown(Exp03.Check, NetHosts.Good().WithoutRoot().Facts());
        Judged.IsUnknown(Exp07.Check, NetHosts.Good().WithoutRoot().Facts());
    }

    [Fact]
    public void Libvirt_by_tls_is_for_administrators()
    {
        Listener tls = TestHost.Socket("tcp", "192.168.1.100", 16514, "libvirt-tls", "libvirtd");
        string open = NetHosts.Closed.Replace("tcp dport 22 accept # handle 17", "tcp dport { 22, 16514 } accept # handle 17", StringComparison.Ordinal);
        Judged.Passes(Exp04.Check, NetHosts.Good().Rules(open).Listeners(tls).Facts());
        string wider = open.Replace("iifname \"eth1\" tcp dport { 22", "tcp dport { 22", StringComparison.Ordinal);
        Judged.Fails(Exp04.Check, NetHosts.Good().Rules(wider).Listeners(tls).Facts(), "tcp 16514");
    }

    [Fact]
    public void Guests_that_do_not_reach_their_dhcp_server_are_found()
    {
        const string Network = "<network><name>default</name><forward mode='nat'/><bridge name='virbr0'/><ip address='192.168.122.1' netmask='255.255.255.0'><dhcp><range start='192.168.122.2' end='192.168.122.254'/></dhcp></ip></network>";
        string closed = NetHosts.Closed.Replace("udp dport { 53, 67 } accept # handle 18", "udp dport 53 accept # handle 18", StringComparison.Ordinal);
        Judged.Fails(Exp05.Check, NetHosts.Good().Text("libvirt/active-default.xml", Network).Rules(closed).Facts(), "network default");
        Judged.Passes(Exp05.Check, NetHosts.Good().Text("libvirt/active-default.xml", Network).Facts());
    }

    [Fact]
    public void A_monitor_of_qemu_is_not_for_the_management_network_either()
    {
        string open = NetHosts.Closed.Replace("tcp dport 22 accept # handle 17", "tcp dport { 22, 4444 } accept # handle 17", StringComparison.Ordinal);
        Outcome outcome = Judged.Fails(Exp07.Check, NetHosts.Good().Rules(open).Listeners(TestHost.Socket("tcp", "192.168.1.100", 4444, "monitor", "qemu-system-x86")).Facts(), "tcp 4444");
        Assert.Equal(Severity.Medium, outcome.Findings[0].Severity);
    }

    [Fact]
    public void What_is_closed_for_ipv4_alone_is_found()
    {
        string four = NetHosts.Closed.Replace("iifname \"eth1\" tcp dport 22 accept # handle 17", "ip saddr 192.168.1.0/24 tcp dport 22 accept # handle 17\n\t\tmeta nfproto ipv6 tcp dport 22 accept # handle 170", StringComparison.Ordinal);
        Outcome outcome = Judged.Fails(Exp13.Check, NetHosts.Good().Rules(four).Listeners(TestHost.Socket("tcp", "::", 22, "ssh", "sshd")).Facts(), "tcp 22");
        Assert.Contains("by IPv6", outcome.Findings[0].What, StringComparison.Ordinal);
        Assert.Contains(outcome.Findings[0].Evidence, static one => one.Text.StartsWith("meta nfproto ipv6 tcp dport 22 accept", StringComparison.Ordinal));
    }

    [Fact]
    public void What_ipv4_opens_by_another_interface_does_not_hide_what_only_ipv6_opens_by_this_one()
    {
        // Strangers of eth1 are of the Internet too, because the policy trusts one network there only.
        HostPolicy policy = PolicyReader.Read("version: 1\nzones:\n  internet: { interfaces: [eth0] }\n  management: { interfaces: [eth1], sources: [192.168.1.0/24] }\n", "p").Policy!;
        const string rules = "table inet f { # handle 1\n\tchain input { # handle 1\n\t\ttype filter hook input priority filter; policy accept;\n\t\tiifname \"eth0\" meta nfproto ipv4 tcp dport 22 drop # handle 2\n\t}\n}\n";
        Judged.Fails(Exp13.Check, new TestHost().Rules(rules).Listeners(TestHost.Socket("tcp", "::", 22, "ssh", "sshd")).Facts(policy: policy), "tcp 22");
        Judged.Passes(Exp13.Check, new TestHost().Rules(rules.Replace("meta nfproto ipv4 ", "", StringComparison.Ordinal)).Listeners(TestHost.Socket("tcp", "::", 22, "ssh", "sshd")).Facts(policy: policy));
    }

    [Fact]
    public void Container_ports_are_for_the_profile_to_allow_and_else_a_finding()
    {
        Judged.DoesNotApply(Exp14.Check, NetHosts.Good().Facts());
        Listener proxy = TestHost.Socket("tcp", "0.0.0.0", 8080, "container-proxy", "docker-proxy");
        Judged.Fails(Exp14.Check, new TestHost().Listeners(proxy).Facts(), "tcp 8080");
        Judged.Passes(Exp14.Check, NetHosts.Good().Listeners(proxy).Facts());
    }

    [Theory]
    [InlineData("0.0.0.0:9090", true)]
    [InlineData("[::]:9090", true)]
    [InlineData("*:111", true)]
    [InlineData("192.168.1.1:16514", true)]
    [InlineData("127.0.0.1:631", false)]
    [InlineData("[::1]:631", false)]
    [InlineData("/run/libvirt/libvirt-sock", false)]
    [InlineData("@ISCSIADM_ABSTRACT_NAMESPACE", false)]
    [InlineData("vsock:4294967295:22", false)]
    [InlineData("kobject-uevent 1", false)]
    [InlineData("", false)]
    public void Addresses_that_systemd_listens_at(string listen, bool network) => Assert.Equal(network, Exp17.IsNetwork(listen));

    [Fact]
    public void Sockets_of_systemd_on_a_network_are_found_but_ssh()
    {
        TestHost host = NetHosts.Good().Text("audit/unit-sockets.json", """
            [{"listen":"[::]:9090","unit":"cockpit.socket","activates":"cockpit.service"},{"listen":"[::]:22","unit":"ssh.socket","activates":"ssh.service"},
             {"listen":"/run/dbus/system_bus_socket","unit":"dbus.socket","activates":"dbus.service"},{"listen":"0.0.0.0:16509","unit":"libvirtd-tcp.socket","activates":"libvirtd.service"}]
            """);
        Outcome outcome = Judged.Fails(Exp17.Check, host.Facts(), "cockpit.socket", "libvirtd-tcp.socket");
        Assert.Equal(Severity.Critical, outcome.Findings.Single(static one => one.Subject == "libvirtd-tcp.socket").Severity);
        Judged.IsUnknown(Exp17.Check, NetHosts.Good().Lacks("audit/unit-sockets.json", "systemctl is not installed").Facts());
    }

    [Fact]
    public void What_hangs_on_a_rule_that_nobody_can_read_is_unknown_and_exp18_names_the_rule()
    {
        string queue = NetHosts.Closed.Replace("iifname \"eth0\" udp dport 51820 accept # handle 20", "iifname \"eth0\" tcp dport 22 queue to 1 # handle 20", StringComparison.Ordinal);
        TestHost host = NetHosts.Good().Rules(queue).Listeners(TestHost.Socket("tcp", "0.0.0.0", 22, "ssh", "sshd"));
        Assert.Equal(Status.Fail, Exp18.Check.Judge(host.Facts()).Status);
        Judged.IsUnknown(Exp01.Check, host.Facts());
    }

    [Fact]
    public void Probing_is_somebody_elses() => Assert.Contains("virtward exposure probe", Judged.DoesNotApply(Exp19.Check, NetHosts.Good().Facts()).Reason, StringComparison.Ordinal);

    [Fact]
    public void On_an_edge_host_the_web_may_answer()
    {
        TestHost host = new TestHost().Listeners(TestHost.Socket("tcp", "0.0.0.0", 443, "nginx", "nginx"));
        Judged.Fails(Exp01.Check, host.Facts(), "tcp 443");
        Judged.Passes(Exp01.Check, host.Facts(Profile.Edge));
    }
}
