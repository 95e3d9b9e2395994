using Virtward.Core.Snapshots;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Exposure;
using Virtward.Hardening.Checks.Firewall;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Checks.Exposure;

/// <summary>EXP-08 to EXP-12, EXP-15, EXP-20, FW-02 to FW-04: ways from one zone to another, and to the host.</summary>
public sealed class WayTests
{
    private const string Guests = """
        [{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"link_type":"loopback","address":"00:00:00:00:00:00"},
         {"ifindex":2,"ifname":"eth0","flags":["BROADCAST","UP","LOWER_UP"],"operstate":"UP","link_type":"ether","address":"52:54:00:00:00:02"MASTER},
         {"ifindex":3,"ifname":"eth1","flags":["BROADCAST","UP","LOWER_UP"],"operstate":"UP","link_type":"ether","address":"52:54:00:00:00:03"},
         {"ifindex":4,"ifname":"virbr0","flags":["BROADCAST","UP","LOWER_UP"],"operstate":"UP","link_type":"ether","address":"52:54:00:00:00:04","linkinfo":{"info_kind":"bridge","info_data":{"vlan_filtering":0}}},
         {"ifindex":5,"ifname":"vnet0","master":"virbr0","flags":["BROADCAST","UP","LOWER_UP"],"operstate":"UP","link_type":"ether","address":"fe:54:00:00:01:01","linkinfo":{"info_kind":"tun","info_slave_kind":"bridge","info_slave_data":{"state":"forwarding","isolated":ISOLATED}}},
         {"ifindex":6,"ifname":"vnet1","master":"virbr0","flags":["BROADCAST","UP","LOWER_UP"],"operstate":"UP","link_type":"ether","address":"fe:54:00:00:01:02","linkinfo":{"info_kind":"tun","info_slave_kind":"bridge","info_slave_data":{"state":"forwarding","isolated":ISOLATED}}}]
        """;

    private static string Links(bool isolated, bool uplink = false) => Guests.Replace("ISOLATED", isolated ? "true" : "false", StringComparison.Ordinal)
        .Replace("MASTER", uplink ? ",\"master\":\"virbr0\",\"linkinfo\":{\"info_slave_kind\":\"bridge\",\"info_slave_data\":{\"state\":\"forwarding\"}}" : "", StringComparison.Ordinal);

    private static string Guest(string name, string device, int last) =>
        $"<domstatus><domain type='kvm' id='{last}'><name>{name}</name><devices><interface type='bridge'><mac address='52:54:00:00:01:0{last}'/><source bridge='virbr0'/><target dev='{device}'/></interface></devices></domain></domstatus>";

    private static TestHost WithGuests(TestHost host, bool isolated, bool uplink = false) => host.Text(SnapshotNames.Links, Links(isolated, uplink))
        .Text("libvirt/running-web1.xml", Guest("web1", "vnet0", 1)).Text("libvirt/running-web2.xml", Guest("web2", "vnet1", 2))
        .Text(SnapshotNames.Neighbours, """
            [{"dst":"192.168.122.11","dev":"virbr0","lladdr":"52:54:00:00:01:01","state":["REACHABLE"]},{"dst":"192.168.122.12","dev":"virbr0","lladdr":"52:54:00:00:01:02","state":["REACHABLE"]}]
            """);

    [Fact]
    public void A_host_as_it_should_be_passes()
    {
        var facts = NetHosts.Good().Facts();
        foreach (Check check in (IEnumerable<Check>)[Exp08.Check, Exp09.Check, Exp10.Check, Exp11.Check, Exp15.Check, Exp20.Check, Fw02.Check, Fw03.Check, Fw04.Check])
        {
            Judged.Passes(check, facts);
        }

        Judged.DoesNotApply(Exp12.Check, facts);
    }

    [Fact]
    public void Without_rules_every_way_is_open()
    {
        var facts = NetHosts.Bare().Facts();
        Judged.Fails(Exp08.Check, facts, "guests to the host", "tcp 22", "tcp 5901", "tcp 9090", "tcp 16509", "tcp 49152");
        Judged.Fails(Exp09.Check, facts, "guests to management");
        Judged.Fails(Exp11.Check, facts, "internet to guests");
        Judged.Fails(Exp20.Check, facts, "host to internet");
        Judged.Fails(Fw02.Check, facts, "eth0 IPv4", "eth0 IPv6", "eth1 IPv4", "virbr0 IPv4");
        Judged.Fails(Fw03.Check, facts, "internet to management", "internet to guests", "guests to management");
        Judged.Fails(Fw04.Check, facts, "output");
    }

    [Fact]
    public void A_chain_that_translates_is_no_evidence_that_nobody_refuses()
    {
        const string Nat = "table ip nat { # handle 9\n\tchain post { # handle 1\n\t\ttype nat hook postrouting priority srcnat; policy accept;\n\t\toifname \"tun9\" masquerade # handle 2\n\t}\n}\n";
        Evidence[] evidence = [.. Judged.Fails(Fw04.Check, NetHosts.Bare().Rules(Nat).Facts(), "output").Findings[0].Evidence];
        Assert.All(evidence, static one => Assert.Equal("no rule stands in the way", one.Text));
        Assert.Equal("the host to the Internet, as 203.0.113.10", evidence[0].Where);
    }

    [Fact]
    public void Profiles_ask_for_less()
    {
        Judged.Fails(Fw02.Check, NetHosts.Bare().Facts(Profile.Lab), "eth0 IPv4", "eth0 IPv6");
        Judged.DoesNotApply(Fw04.Check, NetHosts.Bare().Facts(Profile.Edge));
        Judged.DoesNotApply(Exp20.Check, NetHosts.Bare().Facts(Profile.Lab));
    }

    [Fact]
    public void A_policy_that_drops_proves_nothing_where_another_rule_accepts_all()
    {
        string all = NetHosts.Closed.Replace("iifname \"eth0\" udp dport 51820 accept # handle 20", "iifname \"eth0\" meta nfproto ipv6 accept # handle 20", StringComparison.Ordinal);
        Outcome outcome = Judged.Fails(Fw02.Check, NetHosts.Good().Rules(all).Facts(), "eth0 IPv6");
        Assert.Contains(outcome.Findings[0].Evidence, static one => one.Text == "iifname \"eth0\" meta nfproto ipv6 accept");
    }

    [Fact]
    public void A_host_that_does_not_forward_passes_nothing_on() =>
        Judged.Passes(Fw03.Check, NetHosts.Bare().Text(SnapshotNames.Sysctl, "net.ipv4.ip_forward = 0\nnet.ipv4.conf.all.forwarding = 0\nnet.ipv6.conf.all.forwarding = 0\n").Facts());

    [Fact]
    public void Libvirts_own_rule_lets_guests_at_the_management_network()
    {
        string nat = NetHosts.Closed.Replace("iifname \"virbr0\" oifname \"eth0\" accept # handle 32", "ip saddr 192.168.122.0/24 iifname \"virbr0\" accept # handle 32", StringComparison.Ordinal);
        var facts = NetHosts.Good().Rules(nat).Facts();
        Finding finding = Assert.Single(Judged.Fails(Exp09.Check, facts, "guests to management").Findings);
        Assert.Contains(finding.Evidence, static one => one.Text == "ip saddr 192.168.122.0/24 iifname \"virbr0\" accept");
        Assert.Contains(finding.Remedy.Steps, static step => step.Contains("iifname \"virbr0\" oifname \"eth1\" ct state new", StringComparison.Ordinal));
        Judged.Passes(Fw03.Check, facts);
    }

    [Fact]
    public void Guests_of_one_bridge_are_neighbours_unless_their_ports_are_isolated()
    {
        Outcome outcome = Judged.Fails(Exp10.Check, WithGuests(NetHosts.Good(), isolated: false).Facts(), "ports of virbr0");
        Assert.Equal(Severity.Medium, outcome.Findings[0].Severity);
        Judged.Passes(Exp10.Check, WithGuests(NetHosts.Good(), isolated: true).Facts());
        Judged.Passes(Exp10.Check, WithGuests(NetHosts.Good(), isolated: false).Facts(Profile.Lab));
    }

    [Fact]
    public void A_guest_that_shares_a_bridge_with_an_uplink_is_on_its_wire()
    {
        TestHost host = WithGuests(NetHosts.Good(), isolated: true, uplink: true)
            .Text(SnapshotNames.Links, Links(true, uplink: true).Replace("virbr0", "br0", StringComparison.Ordinal))
            .Text("libvirt/running-web1.xml", Guest("web1", "vnet0", 1).Replace("virbr0", "br0", StringComparison.Ordinal))
            .Text("libvirt/running-web2.xml", Guest("web2", "vnet1", 2).Replace("virbr0", "br0", StringComparison.Ordinal))
            .Text(SnapshotNames.Addresses, """
                [{"ifindex":1,"ifname":"lo","addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8,"scope":"host"}]},
                 {"ifindex":4,"ifname":"br0","addr_info":[{"family":"inet","local":"203.0.113.10","prefixlen":24,"scope":"global"}]}]
                """)
            .Text(SnapshotNames.Routes, """
                [{"dst":"default","gateway":"203.0.113.1","dev":"br0","table":"main"},{"dst":"203.0.113.0/24","dev":"br0","table":"main","scope":"link","prefsrc":"203.0.113.10"},
                 {"type":"local","dst":"127.0.0.0/8","dev":"lo","table":"local","scope":"host"},{"type":"local","dst":"203.0.113.10","dev":"br0","table":"local","scope":"host"}]
                """)
            .Text(SnapshotNames.Neighbours, """
                [{"dst":"203.0.113.11","dev":"br0","lladdr":"52:54:00:00:01:01","state":["REACHABLE"]},{"dst":"203.0.113.12","dev":"br0","lladdr":"52:54:00:00:01:02","state":["REACHABLE"]}]
                """);
        Outcome outcome = Exp12.Check.Judge(host.Facts());
        Assert.True(outcome.Status == Status.Fail, outcome.Reason);
        Assert.Equal(["guest web1", "guest web2"], outcome.Findings.Select(static one => one.Subject).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_forward_to_a_guest_is_found_on_an_isolated_host_and_allowed_on_an_edge()
    {
        string dnat = NetHosts.Closed.Replace("iifname \"virbr0\" oifname \"eth0\" accept # handle 32", "iifname \"virbr0\" oifname \"eth0\" accept # handle 32\n\t\tiifname \"eth0\" oifname \"virbr0\" ct status dnat accept # handle 33", StringComparison.Ordinal)
            + "table ip nat { # handle 9\n\tchain prerouting { # handle 1\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\t\tiifname \"eth0\" tcp dport 8080 dnat to 192.168.122.11:80 # handle 2\n\t}\n}\n";
        TestHost host = WithGuests(NetHosts.Good().Rules(dnat), isolated: true);
        Judged.Fails(Exp11.Check, host.Facts(), "tcp 8080");
        Judged.Passes(Exp11.Check, host.Facts(Profile.Edge));
    }

    [Fact]
    public void An_address_of_the_management_network_is_not_believed_on_another_interface()
    {
        string byAddress = NetHosts.Closed.Replace("iifname \"eth1\" tcp dport 22 accept", "ip saddr 192.168.1.0/24 tcp dport 22 accept", StringComparison.Ordinal);
        Judged.Passes(Exp15.Check, NetHosts.Good().Rules(byAddress).Facts());
        string unguarded = byAddress.Replace("		iifname { \"eth0\", \"virbr0\" } fib saddr . iif oif 0 drop # handle 6\n", "", StringComparison.Ordinal);
        Judged.Fails(Exp15.Check, NetHosts.Good().Rules(unguarded).Listeners(TestHost.Socket("tcp", "0.0.0.0", 22, "ssh", "sshd")).Facts(), "management forged from guests", "management forged from internet");
    }

    [Fact]
    public void More_than_the_host_needs_is_told_by_port()
    {
        string more = NetHosts.Closed.Replace("tcp dport { 53, 80, 443 } accept # handle 45", "tcp dport { 53, 80, 443, 6667 } accept # handle 45", StringComparison.Ordinal);
        Outcome outcome = Judged.Fails(Exp20.Check, NetHosts.Good().Rules(more).Facts(), "host to internet");
        Assert.Contains("tcp 6667", outcome.Findings[0].What, StringComparison.Ordinal);
        Judged.Passes(Fw04.Check, NetHosts.Good().Rules(more).Facts());
    }
}
