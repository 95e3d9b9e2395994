using Virtward.Core.Snapshots;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Ipv6;
using Virtward.Hardening.Tests.Support;
using static Virtward.Hardening.Tests.Support.KernelTexts;

namespace Virtward.Hardening.Tests.Checks.Ipv6;

public sealed class Ipv6ChecksTests
{
    private const string Drop = "table inet f { chain input { type filter hook input priority 0; policy drop; ct state established,related accept\n icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert, packet-too-big } accept\n udp dport 51820 accept\n } }";
    private const string OnlyV4 = "table ip f { chain input { type filter hook input priority 0; policy drop; udp dport 51820 accept\n } }";

    private static TestHost LinkOnly(params string[] lines) => Hardened(lines).Text(SnapshotNames.Addresses, """
        [{"ifindex":2,"ifname":"eth0","addr_info":[{"family":"inet","local":"203.0.113.10","prefixlen":24,"scope":"global"},{"family":"inet6","local":"fe80::10","prefixlen":64,"scope":"link"}]}]
        """)
        .Text(SnapshotNames.Routes6, """[{"dst":"fe80::/64","dev":"eth0","table":"main"},{"type":"local","dst":"fe80::10","dev":"eth0","table":"local"}]""");

    private static TestHost Bridged(params string[] lines) => Hardened([.. lines, "net.ipv6.conf.br0.disable_ipv6 = 1"])
        .Text(SnapshotNames.Links, """
            [{"ifindex":2,"ifname":"eth0","master":"br0","flags":["BROADCAST","UP","LOWER_UP"],"operstate":"UP","link_type":"ether","address":"52:54:00:00:00:02","linkinfo":{"info_slave_kind":"bridge","info_slave_data":{"state":"forwarding"}}},
             {"ifindex":5,"ifname":"br0","flags":["BROADCAST","UP","LOWER_UP"],"operstate":"UP","link_type":"ether","address":"52:54:00:00:00:05","linkinfo":{"info_kind":"bridge","info_data":{"vlan_filtering":0}}},
             {"ifindex":6,"ifname":"vnet0","master":"br0","flags":["BROADCAST","UP","LOWER_UP"],"operstate":"UP","link_type":"ether","address":"fe:54:00:00:00:06","linkinfo":{"info_kind":"tun","info_slave_kind":"bridge","info_slave_data":{"state":"forwarding"}}},
             {"ifindex":7,"ifname":"vnet1","master":"br0","flags":["BROADCAST","UP","LOWER_UP"],"operstate":"UP","link_type":"ether","address":"fe:54:00:00:00:07","linkinfo":{"info_kind":"tun","info_slave_kind":"bridge","info_slave_data":{"state":"forwarding"}}}]
            """)
        .Text(SnapshotNames.Addresses, """[{"ifindex":5,"ifname":"br0","addr_info":[{"family":"inet","local":"203.0.113.10","prefixlen":24,"scope":"global"}]}]""")
        .Text(SnapshotNames.Routes, """[{"dst":"default","gateway":"203.0.113.1","dev":"br0","table":"main"},{"type":"local","dst":"203.0.113.10","dev":"br0","table":"local"}]""")
        .Text(SnapshotNames.Routes6, "[]");

    private static TestHost WithGuests(TestHost host, string filter = "") => host
        .Text("libvirt/running-web1.xml", Guest("web1", "vnet0", filter)).Text("libvirt/running-web2.xml", Guest("web2", "vnet1", filter));

    private static string Guest(string name, string device, string filter) =>
        $"<domstatus state='running' pid='7'><domain type='kvm'><name>{name}</name><uuid>11111111-1111-1111-1111-1111111111{device[^1]}1</uuid><devices><interface type='bridge'><mac address='52:54:00:aa:00:0{device[^1]}'/><source bridge='br0'/><target dev='{device}'/>{filter}</interface></devices></domain></domstatus>";

    [Fact]
    public void Rules_for_both_pass_and_rules_for_one_family_are_found()
    {
        Judged.Passes(V6Check01.Check, Hardened().Rules(Drop).Facts());
        Outcome outcome = Judged.Fails(V6Check01.Check, Hardened().Rules(OnlyV4).Facts(), "IPv6 by eth0");
        Assert.Contains("but not over IPv4", outcome.Findings[0].What, StringComparison.Ordinal);
        Judged.Passes(V6Check01.Check, Hardened().Rules(OnlyV4 + "\ntable ip6 f { chain input { type filter hook input priority 0; policy drop; udp dport 546 accept\n } }").Facts());
        Judged.Fails(V6Check01.Check, Hardened().Rules(OnlyV4 + "\ntable ip6 f { chain input { type filter hook input priority 0; policy drop; tcp dport 22 accept\n } }").Facts(), "IPv6 by eth0");
    }

    [Fact]
    public void Where_nobody_uses_it_nothing_may_come_in_over_it()
    {
        Judged.Passes(V6Check01.Check, LinkOnly().Rules(Drop.Replace("udp dport 51820 accept\n", "meta nfproto ipv4 udp dport 51820 accept\n", StringComparison.Ordinal)).Facts());
        Assert.Equal(Severity.Medium, Judged.Fails(V6Check01.Check, LinkOnly().Rules(Drop).Facts(), "IPv6 by eth0").Findings[0].Severity);
        Judged.Fails(V6Check01.Check, LinkOnly().Rules(OnlyV4).Facts(), "IPv6 by eth0");
        Judged.Passes(V6Check01.Check, LinkOnly("net.ipv6.conf.eth0.disable_ipv6 = 1", "net.ipv6.conf.eth1.disable_ipv6 = 1", "net.ipv6.conf.virbr0.disable_ipv6 = 1").Rules(OnlyV4).Facts());
        Judged.IsUnknown(V6Check01.Check, LinkOnly().Lacks(SnapshotNames.NftText, "it needs root").Facts());
        Judged.IsUnknown(V6Check01.Check, new TestHost().Rules(Drop).Facts());
    }

    [Fact]
    public void Without_a_policy_IPv6_may_be_on()
    {
        Judged.DoesNotApply(V6Check02.Check, Hardened().Facts());
        Judged.IsUnknown(V6Check02.Check, new TestHost().Lacks(SnapshotNames.Sysctl, "it needs root").Facts());
    }

    [Fact]
    public void A_bridge_whose_host_side_is_off_still_carries_it()
    {
        Judged.Fails(V6Check03.Check, WithGuests(Bridged()).Facts(), "bridge br0");
        Judged.Passes(V6Check03.Check, WithGuests(Bridged()).Rules("table bridge virtward { chain forward { type filter hook forward priority 0; policy accept; oifname \"eth0\" ether type ip6 drop\n } }").Facts());
        Judged.Passes(V6Check03.Check, WithGuests(Bridged(), "<filterref filter='clean-traffic'/>").Facts());
        Judged.DoesNotApply(V6Check03.Check, WithGuests(Bridged()).Text(SnapshotNames.Sysctl, Sysctls("net.ipv6.conf.br0.disable_ipv6 = 0")).Facts());
        Judged.DoesNotApply(V6Check03.Check, Hardened().Facts());
        Judged.IsUnknown(V6Check03.Check, Hardened().Lacks("libvirt/running-a.xml", "it needs root").Facts());
        Judged.IsUnknown(V6Check03.Check, WithGuests(Bridged()).Lacks(SnapshotNames.NftText, "it needs root").Facts());
    }

    [Fact]
    public void A_guest_must_not_pose_as_a_router()
    {
        Judged.Fails(V6Check04.Check, WithGuests(Bridged()).Facts(), "bridge br0");
        Judged.Passes(V6Check04.Check, WithGuests(Bridged()).Rules("""
            table bridge virtward { chain forward { type filter hook forward priority 0; policy accept; iifname "vnet*" icmpv6 type nd-router-advert drop
            iifname "vnet*" ether type ip6 udp sport 547 udp dport 546 drop
            } }
            """).Facts());
        Judged.Passes(V6Check04.Check, WithGuests(Bridged(), "<filterref filter='clean-traffic'/>").Facts());
        Judged.DoesNotApply(V6Check04.Check, Hardened().Facts());
        Judged.IsUnknown(V6Check04.Check, WithGuests(Bridged()).Lacks(SnapshotNames.NftText, "it needs root").Facts());
    }

    [Fact]
    public void Sockets_over_IPv6_alone_are_found()
    {
        Listener v6 = TestHost.Socket("tcp", "::", 22, "ssh", "sshd") with { V6Only = true };
        Judged.Passes(V6Check05.Check, Hardened().Listeners(TestHost.Socket("tcp", "0.0.0.0", 22, "ssh", "sshd"), v6, TestHost.Socket("udp", "fe80::1", 546, "dhcp-client"), TestHost.Socket("tcp", "::", 80, "http")).Facts());
        Judged.Fails(V6Check05.Check, Hardened().Listeners(v6).Facts(), "tcp [::]:22");
        Outcome wider = Judged.Fails(V6Check05.Check, Hardened().Listeners(TestHost.Socket("tcp", "192.168.1.100", 22, "ssh", "sshd"), v6).Facts(), "tcp [::]:22");
        Assert.Contains("192.168.1.100 only of IPv4", wider.Findings[0].What, StringComparison.Ordinal);
        Judged.IsUnknown(V6Check05.Check, Hardened().Lacks(SnapshotNames.Listeners, "it needs root").Facts());
    }

    [Fact]
    public void Garbage_breaks_no_check()
    {
        foreach (Check check in Ipv6Checks.All)
        {
            _ = check.Judge(WithGuests(Bridged()).Text("libvirt/running-x.xml", "<<<").Text(SnapshotNames.Routes6, "\0").Rules("table inet {").Facts());
            _ = check.Judge(Hardened().Text(SnapshotNames.Links, "[1,2]").Text(SnapshotNames.Addresses, "{}").Facts());
        }
    }
}
