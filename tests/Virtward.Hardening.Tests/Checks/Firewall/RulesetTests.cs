using Virtward.Core.Snapshots;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Firewall;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Checks.Firewall;

/// <summary>FW-01, FW-05 to FW-09, FW-15 to FW-18, FW-20, FW-21: rules, how they are loaded, and what they do to odd packets.</summary>
public sealed class RulesetTests
{
    private static string Without(int handle) => string.Join('\n', NetHosts.Closed.Split('\n').Where(line => !line.EndsWith($"# handle {handle}", StringComparison.Ordinal)));

    private static string Instead(int handle, string rule) =>
        string.Join('\n', NetHosts.Closed.Split('\n').Select(line => line.EndsWith($"# handle {handle}", StringComparison.Ordinal) ? $"\t\t{rule} # handle {handle}" : line));

    [Fact]
    public void A_host_as_it_should_be_passes()
    {
        var facts = NetHosts.Good().Facts();
        foreach (Check check in (IEnumerable<Check>)[Fw01.Check, Fw05.Check, Fw06.Check, Fw07.Check, Fw08.Check, Fw09.Check, Fw15.Check, Fw16.Check, Fw17.Check, Fw20.Check, Fw21.Check, Fw23.Check])
        {
            Judged.Passes(check, facts);
        }

        Judged.DoesNotApply(Fw18.Check, facts);
    }

    [Fact]
    public void Rules_that_were_not_read_prove_nothing()
    {
        var facts = NetHosts.Good().Lacks(SnapshotNames.NftText, "it needs root").Facts();
        foreach (Check check in (IEnumerable<Check>)[Fw01.Check, Fw02.Check, Fw03.Check, Fw04.Check, Fw05.Check, Fw06.Check, Fw07.Check, Fw09.Check, Fw15.Check, Fw16.Check, Fw17.Check, Fw20.Check, Fw23.Check])
        {
            Judged.IsUnknown(check, facts);
        }
    }

    [Fact]
    public void No_firewall_several_and_a_table_of_nobodys_are_found()
    {
        Judged.Fails(Fw01.Check, NetHosts.Bare().Facts(), "no firewall");
        string two = NetHosts.NftablesUnits.Replace("Id=firewalld.service\nLoadState=not-found\nActiveState=inactive\nUnitFileState=", "Id=firewalld.service\nLoadState=loaded\nActiveState=inactive\nUnitFileState=enabled", StringComparison.Ordinal);
        Judged.Fails(Fw01.Check, NetHosts.Good().Text("audit/firewall-units.txt", two).Facts(), "several firewalls");
        Judged.Fails(Fw01.Check, NetHosts.Good().Rules(NetHosts.Closed + "table inet typed {\n\tchain x {\n\t\ttype filter hook input priority filter; policy accept;\n\t\ttcp dport 25 drop\n\t}\n}\n").Facts(), "table inet typed");
        Judged.IsUnknown(Fw01.Check, NetHosts.Good().Lacks("audit/firewall-units.txt", "systemctl is not installed").Facts());
    }

    [Fact]
    public void Our_own_unit_is_a_firewall_and_none_too_many_beside_another()
    {
        const string Unit = "\n\nId=virtward-firewall.service\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\nBefore=network-pre.target shutdown.target\n";
        Judged.Passes(Fw01.Check, NetHosts.Good().Text("audit/firewall-units.txt", NetHosts.NftablesUnits + Unit).Facts());
        Judged.Passes(Fw01.Check, NetHosts.Bare().Text("audit/firewall-units.txt", Unit).Facts());
        Judged.Passes(Fw08.Check, NetHosts.Bare().Text("audit/firewall-units.txt", Unit).Facts());
    }

    [Fact]
    public void Ufws_unit_alone_is_no_firewall()
    {
        string units = NetHosts.NftablesUnits.Replace("Id=ufw.service\nLoadState=not-found\nActiveState=inactive\nUnitFileState=", "Id=ufw.service\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled", StringComparison.Ordinal);
        Judged.Passes(Fw01.Check, NetHosts.Good().Text("audit/firewall-units.txt", units).Config("/etc/ufw/ufw.conf", "ENABLED=no\n").Facts());
        Judged.Fails(Fw01.Check, NetHosts.Good().Text("audit/firewall-units.txt", units).Config("/etc/ufw/ufw.conf", "ENABLED=yes\n").Facts(), "several firewalls");
    }

    [Fact]
    public void Answers_that_do_not_come_back_are_found() =>
        Judged.Fails(Fw05.Check, NetHosts.Good().Rules(Without(11)).Facts(), "answers by eth0, IPv4", "answers by eth0, IPv6", "answers by eth1, IPv4");

    [Fact]
    public void Packets_of_no_connection_that_get_through_are_found()
    {
        Judged.Fails(Fw05.Check, NetHosts.Good().Rules(Without(14)).Facts(), "bare ACK");
        Outcome outcome = Judged.Fails(Fw05.Check, NetHosts.Good().Rules(string.Join('\n', Without(14).Split('\n').Where(static line => !line.EndsWith("# handle 13", StringComparison.Ordinal)))).Facts(), "bare ACK", "invalid");
        Assert.Equal(Severity.Medium, outcome.Findings.Single(static one => one.Subject == "invalid").Severity);
    }

    [Fact]
    public void A_forward_to_loopback_is_found()
    {
        string nat = Without(4) + "table ip nat { # handle 9\n\tchain prerouting { # handle 1\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\t\tip daddr 127.0.0.1 tcp dport 8080 dnat to 192.168.122.11:80 # handle 2\n\t}\n}\n";
        TestHost host = NetHosts.Good().Rules(nat.Replace("iifname \"virbr0\" oifname \"eth0\" accept # handle 32", "ct status dnat accept # handle 32", StringComparison.Ordinal));
        Judged.Fails(Fw06.Check, host.Facts(), "127.0.0.1 by eth0", "127.0.0.1 by eth1", "127.0.0.1 by virbr0");
        Judged.Fails(Fw06.Check, NetHosts.Good().Rules(Without(12)).Facts(), "127.0.0.1 by lo", "::1 by lo");
    }

    [Fact]
    public void Icmp_that_ip_needs_and_does_not_get_is_found()
    {
        Judged.Fails(Fw07.Check, NetHosts.Good().Rules(Without(16)).Facts(), "neighbour solicitation by eth0");
        Judged.Fails(Fw07.Check, NetHosts.Good().Rules(Instead(11, "ct state established accept")).Rules(string.Join('\n', Instead(11, "ct state established accept").Split('\n').Where(static line => !line.EndsWith("# handle 15", StringComparison.Ordinal)))).Facts(),
            "ICMP \"fragmentation needed\" by eth0", "ICMP \"fragmentation needed\" by eth1");
    }

    [Fact]
    public void A_file_that_nft_does_not_take_and_an_interface_by_number_are_found()
    {
        Outcome outcome = Judged.Fails(Fw08.Check, NetHosts.Good().Lacks("audit/nft-check.txt", "nft ended with 1: /etc/nftables.conf:4:1-3: Error: syntax error, unexpected }").Facts(), "/etc/nftables.conf");
        Assert.Equal(Severity.Critical, outcome.Findings[0].Severity);
        Judged.Fails(Fw08.Check, NetHosts.Good().Config("/etc/nftables.conf", "table inet filter {\n\tchain input {\n\t\tiif \"wg0\" accept\n\t}\n}\n").Facts(), "iif wg0");
        Judged.IsUnknown(Fw08.Check, NetHosts.Good().Lacks("audit/nft-check.txt", "it may need root: nft ended with 1: Operation not permitted").Facts());
        Judged.Fails(Fw08.Check, NetHosts.Good().Text("audit/firewall-units.txt", NetHosts.NftablesUnits.Replace("Before=network-pre.target shutdown.target", "Before=shutdown.target", StringComparison.Ordinal)).Facts(), "nftables.service");
        Judged.DoesNotApply(Fw08.Check, NetHosts.Bare().Facts());
    }

    [Fact]
    public void Rules_in_force_that_the_file_does_not_have_are_drift()
    {
        Outcome outcome = Judged.Fails(Fw09.Check, NetHosts.Good().Rules(Instead(17, "iifname \"eth1\" tcp dport { 22, 2222 } accept")).Facts(), "table inet filter");
        Assert.Contains(outcome.Findings[0].Evidence, static one => one.Text.Contains("2222", StringComparison.Ordinal));
        Judged.IsUnknown(Fw09.Check, NetHosts.Good().Config("/etc/nftables.conf", "define wan = eth0\n" + NetHosts.Closed).Facts());
        Judged.IsUnknown(Fw09.Check, NetHosts.Good().Config("/etc/nftables.conf", "include \"/etc/nftables.d/*.nft\"\n").Facts());
        Judged.DoesNotApply(Fw09.Check, NetHosts.Bare().Facts());
    }

    // On Debian with libvirt: an administrator's own "ip filter" is the table that iptables-nft works in.
    [Fact]
    public void Chains_that_a_program_put_into_the_same_table_are_no_drift()
    {
        const string own = "table ip filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy accept;\n\t\tiifname \"up0\" tcp dport 16509 drop\n\t}\n";
        const string libvirt = "\tchain LIBVIRT_INP {\n\t\tiifname \"virbr0\" udp dport 53 counter packets 0 bytes 0 accept\n\t}\n"
            + "\tchain INPUT {\n\t\ttype filter hook input priority filter; policy accept;\n\t\tcounter packets 3 bytes 150 jump LIBVIRT_INP\n";
        TestHost host = NetHosts.Good().Config("/etc/nftables.conf", own + "}\n");
        Judged.Passes(Fw09.Check, host.Rules(own + libvirt + "\t}\n}\n").Facts());
        Outcome outcome = Judged.Fails(Fw09.Check, host.Rules(own + libvirt + "\t\ttcp dport 22 drop\n\t}\n}\n").Facts(), "table ip filter");
        Assert.Contains("chain INPUT in force, not stored", outcome.Findings[0].What, StringComparison.Ordinal);
        Judged.Fails(Fw09.Check, host.Rules(own + libvirt + "\t}\n\tchain output {\n\t\ttype filter hook output priority filter; policy drop;\n\t}\n}\n").Facts(), "table ip filter");
    }

    [Fact]
    public void A_limit_for_all_together_and_one_that_is_void_are_found()
    {
        string open = Instead(17, "tcp dport 22 limit rate 4/minute accept");
        TestHost host = NetHosts.Good().Rules(open).Listeners(TestHost.Socket("tcp", "0.0.0.0", 22, "ssh", "sshd"));
        Outcome outcome = Judged.Fails(Fw15.Check, host.Facts(), "global limit in inet filter");
        Assert.Contains("locks the administrator out", outcome.Findings[0].What, StringComparison.Ordinal);
        outcome = Judged.Fails(Fw15.Check, host.Rules(open.Replace("iifname \"eth0\" udp dport 51820 accept # handle 20", "tcp dport 22 accept # handle 20", StringComparison.Ordinal)).Facts(), "global limit in inet filter");
        Assert.Contains("void", outcome.Findings[0].What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_by_source_passes_and_one_for_ipv4_alone_does_not()
    {
        Listener[] ssh = [TestHost.Socket("tcp", "::", 22, "ssh", "sshd")];
        string meter = Instead(17, "tcp dport 22 ct state new add @m4 { ip saddr limit rate 6/minute burst 6 packets } accept");
        Judged.Passes(Fw15.Check, NetHosts.Good().Rules(meter).Listeners(ssh).Facts());
        string v6 = meter.Replace("} accept # handle 17", "} accept # handle 17\n\t\tmeta nfproto ipv6 tcp dport 22 accept # handle 170", StringComparison.Ordinal);
        Outcome outcome = Judged.Fails(Fw15.Check, NetHosts.Good().Rules(v6).Listeners(ssh).Facts(), "tcp 22");
        Assert.Contains("by IPv6", outcome.Findings[0].What, StringComparison.Ordinal);
        Judged.Fails(Fw15.Check, NetHosts.Bare().Facts(), "tcp 22");
    }

    [Fact]
    public void A_rule_behind_one_that_takes_its_packets_is_found()
    {
        string dead = Instead(20, "iifname \"eth0\" udp dport 51820 accept # handle 20\n\t\tiifname \"eth1\" tcp dport 22 ip saddr 10.0.0.1 drop");
        Outcome outcome = Judged.Fails(Fw16.Check, NetHosts.Good().Rules(dead).Facts(), "inet filter, chain input");
        Assert.Null(outcome.Findings[0].Severity);
        Assert.Contains(outcome.Findings[0].Evidence, static one => one.Text.Contains("behind handle 17", StringComparison.Ordinal));
        string twice = Instead(20, "iifname \"eth1\" tcp dport 22 accept");
        Assert.Equal(Severity.Low, Judged.Fails(Fw16.Check, NetHosts.Good().Rules(twice).Facts(), "inet filter, chain input").Findings[0].Severity);
    }

    [Theory]
    [InlineData("meta mark set 1", "meta mark 1 drop", "meta mark 1 accept")]
    [InlineData("counter", "limit rate 1/second accept", "accept")]
    [InlineData("counter", "ip saddr 10.0.0.0/8 accept", "ip saddr 10.1.0.0/16 drop")]
    public void A_rule_that_may_get_a_packet_is_not_called_dead(string first, string second, string third)
    {
        string rules = $"table inet filter {{ # handle 1\n\tchain input {{ # handle 2\n\t\ttype filter hook input priority filter; policy drop;\n\t\tmeta mark 1 accept # handle 3\n\t\t{first} # handle 4\n\t\t{second} # handle 5\n\t\t{third} # handle 6\n\t}}\n}}\n";
        Judged.Passes(Fw16.Check, NetHosts.Good().Rules(rules).Facts());
    }

    [Fact]
    public void Sleeping_tables_and_chains_that_nothing_jumps_to_are_found()
    {
        const string Rest = "table inet old {\n\tflags dormant;\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n\t}\n}\ntable inet mine {\n\tchain in {\n\t\ttype filter hook input priority filter; policy accept;\n\t\tjump empty\n\t}\n\tchain empty {\n\t}\n\tchain lost {\n\t\ttcp dport 22 drop\n\t}\n}\n";
        Judged.Fails(Fw16.Check, NetHosts.Good().Rules(Rest).Facts(), "table inet old", "inet mine, chain empty", "inet mine, chain lost");
    }

    [Fact]
    public void Ten_thousand_rules_are_looked_through_at_once()
    {
        string rules = string.Concat(Enumerable.Range(0, 10_000).Select(static n => $"\t\tip saddr 10.{n / 250 % 250}.{n % 250}.1 tcp dport {1000 + n} accept # handle {n + 10}\n"));
        Judged.Passes(Fw16.Check, NetHosts.Good().Rules("table inet filter { # handle 1\n\tchain input { # handle 2\n\t\ttype filter hook input priority filter; policy drop;\n" + rules + "\t}\n}\n").Facts());
    }

    [Fact]
    public void Rules_of_the_old_engine_beside_nftables_are_found()
    {
        const string Legacy = "# Generated by iptables-save v1.8.9 on Fri Nov 27 12:00:00 2026\n*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n";
        Judged.Fails(Fw17.Check, NetHosts.Good().Text(SnapshotNames.IptablesLegacy, Legacy).Facts(), "iptables-legacy");
        Judged.Passes(Fw17.Check, new TestHost().Text(SnapshotNames.IptablesLegacy, Legacy).Facts());
        Judged.IsUnknown(Fw17.Check, NetHosts.Good().Lacks(SnapshotNames.IptablesLegacy, "it needs root").Facts());
    }

    [Fact]
    public void Bridged_frames_in_ips_rules_are_decided_on()
    {
        TestHost Of(string v4, string v6) => NetHosts.Good().Text(SnapshotNames.Sysctl, $"net.ipv4.ip_forward = 1\nnet.bridge.bridge-nf-call-iptables = {v4}\nnet.bridge.bridge-nf-call-ip6tables = {v6}\n");
        Judged.Passes(Fw18.Check, Of("0", "0").Facts());
        Judged.Fails(Fw18.Check, Of("1", "1").Facts(), "bridge-nf-call");
        Judged.Fails(Fw18.Check, Of("1", "0").Facts(), "families");
        Judged.IsUnknown(Fw18.Check, NetHosts.Good().Lacks(SnapshotNames.Sysctl, "/proc/sys/net could not be read").Facts());
    }

    [Fact]
    public void Silence_and_logs_without_an_end_are_found()
    {
        Judged.Fails(Fw20.Check, NetHosts.Good().Rules(Without(21)).Facts(), "nothing logged");
        Judged.Fails(Fw20.Check, NetHosts.Good().Rules(Instead(21, "log prefix \"drop: \"")).Facts(), "table inet filter");
        Judged.DoesNotApply(Fw20.Check, NetHosts.Bare().Facts(Profile.Lab));
    }

    [Fact]
    public void A_small_table_of_connections_and_helpers_of_their_own_are_found()
    {
        Judged.Fails(Fw21.Check, NetHosts.Good().Text(SnapshotNames.Sysctl, "net.netfilter.nf_conntrack_max = 8192\nnet.netfilter.nf_conntrack_helper = 1\n").Facts(), "nf_conntrack_max", "nf_conntrack_helper");
        Judged.DoesNotApply(Fw21.Check, NetHosts.Bare().Facts());
        Judged.IsUnknown(Fw21.Check, NetHosts.Good().Lacks(SnapshotNames.Sysctl, "/proc/sys/net could not be read").Facts());
    }
}
