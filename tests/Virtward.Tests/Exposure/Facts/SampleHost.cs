using System.Collections.Immutable;
using Virtward.Core.Snapshots;

namespace Virtward.Tests.Exposure.Facts;

/// <summary>A made-up KVM host, in the words of iproute2 6.1.</summary>
internal static class SampleHost
{
    public const string Links =
        """
        [{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"mtu":65536,"group":"default","link_type":"loopback","address":"00:00:00:00:00:00"},
         {"ifindex":2,"ifname":"eth0","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"group":"default","link_type":"ether","address":"52:54:00:00:00:02"},
         {"ifindex":3,"ifname":"eth1","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"group":"uplinks","link_type":"ether","address":"52:54:00:00:00:03"},
         {"ifindex":4,"ifname":"virbr0","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"group":"default","link_type":"ether","address":"52:54:00:00:00:04",
          "linkinfo":{"info_kind":"bridge","info_data":{"gc_timer":0.03,"vlan_filtering":1,"nf_call_iptables":0,"nf_call_ip6tables":1}}},
         {"ifindex":5,"ifname":"vnet0","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"master":"virbr0","group":"default","link_type":"ether","address":"fe:54:00:aa:bb:01",
          "linkinfo":{"info_kind":"tun","info_data":{"type":"tap"},"info_slave_kind":"bridge","info_slave_data":{"hairpin":true,"isolated":true}}},
         {"ifindex":6,"ifname":"wg0","flags":["POINTOPOINT","NOARP","UP","LOWER_UP"],"group":"default","link_type":"none","linkinfo":{"info_kind":"wireguard"}},
         {"ifindex":7,"link":"eth0","ifname":"eth0.5","flags":["BROADCAST","MULTICAST"],"group":"12","link_type":"ether","address":"52:54:00:00:00:02",
          "linkinfo":{"info_kind":"vlan","info_data":{"protocol":"802.1Q","id":5}}},
         {"ifindex":8,"link":null,"ifname":"gre1","flags":["POINTOPOINT"],"group":"default","link_type":"gre","address":"192.0.2.1","linkinfo":{"info_kind":"gre"}},
         {"ifindex":9,"link_index":2,"link_netnsid":0,"ifname":"ve1","flags":["UP"],"group":"default","link_type":"[4711]","linkinfo":{"info_kind":"veth"}}]
        """;

    public const string Addresses =
        """
        [{"ifindex":1,"ifname":"lo","addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8},{"family":"inet6","local":"::1","prefixlen":128}]},
         {"ifindex":2,"ifname":"eth0","addr_info":[{"family":"inet","local":"203.0.113.10","prefixlen":24,"scope":"global"},
           {"family":"inet6","local":"2001:db8::10","prefixlen":64},{"family":"inet6","local":"fe80::5054:ff:fe00:2","prefixlen":64,"scope":"link"}]},
         {"ifindex":3,"ifname":"eth1","addr_info":[{"family":"inet","local":"192.168.1.5","prefixlen":24}]},
         {"ifindex":4,"ifname":"virbr0","addr_info":[{"family":"inet","local":"192.168.122.1","prefixlen":24}]},
         {},
         {"ifindex":6,"ifname":"wg0","addr_info":[{"family":"inet","local":"10.8.0.1","address":"10.8.0.2","prefixlen":32}]}]
        """;

    public const string Routes =
        """
        [{"type":"unicast","dst":"default","gateway":"203.0.113.1","dev":"eth0","table":"main","protocol":"boot","scope":"global","flags":[]},
         {"type":"unicast","dst":"192.168.1.0/24","dev":"eth1","table":"main","protocol":"kernel","scope":"link","prefsrc":"192.168.1.5","flags":[]},
         {"type":"unicast","dst":"192.168.122.0/24","dev":"virbr0","table":"main","protocol":"kernel","scope":"link","prefsrc":"192.168.122.1","flags":["linkdown"]},
         {"type":"unicast","dst":"10.8.0.2","dev":"wg0","table":"main","protocol":"kernel","scope":"link","prefsrc":"10.8.0.1","flags":[]},
         {"dst":"10.20.0.0/16","dev":"wg0","scope":"link","metric":50,"flags":["dead","linkdown"]},
         {"type":"blackhole","dst":"10.66.0.0/16","table":"office","protocol":"boot","scope":"global","flags":[]},
         {"type":"8","dst":"10.68.0.0/16","table":"100","flags":[]},
         {"type":"unicast","dst":"10.70.0.0/16","via":{"family":"inet6","host":"2001:db8::7"},"dev":"eth0","table":"main","flags":[]},
         {"type":"unicast","dst":"10.72.0.0/16","tos":"0x10","dev":"eth1","table":"main","flags":[]},
         {"type":"unicast","dst":"198.51.100.0/24","table":"main","metric":7,"flags":[],"nexthops":[{"gateway":"203.0.113.7","dev":"eth0","weight":2,"flags":[]},
           {"gateway":"192.168.1.9","dev":"eth1","weight":1,"flags":[]}]},
         {"type":"unicast","dst":"198.51.101.0/24","table":"main","flags":[],"nexthops":[{"gateway":"203.0.113.7","dev":"eth0","weight":2,"flags":["dead"]},
           {"gateway":"192.168.1.9","dev":"eth1","weight":1,"flags":[]}]},
         {"type":"unicast","dst":"198.51.102.0/24","nhid":9,"table":"main","flags":[]},
         {"type":"unicast","dst":"198.51.103.0/24","nhid":10,"table":"main","flags":[],"nh_info":{"id":10,"gateway":"203.0.113.8","dev":"eth0"}},
         {"type":"unicast","dst":"198.51.104.0/24","nhid":11,"table":"main","flags":[]},
         {"type":"local","dst":"203.0.113.10","dev":"eth0","table":"local","scope":"host","prefsrc":"203.0.113.10","flags":[]},
         {"type":"unicast","dst":"2001:db8::/64","dev":"eth0","table":"main","flags":[]}]
        """;

    public const string NextHops =
        """
        [{"id":7,"gateway":"203.0.113.11","dev":"eth0","flags":[]},{"id":8,"gateway":"192.168.1.12","dev":"eth1","flags":[]},
         {"id":9,"group":[{"id":7},{"id":8}]},{"id":11,"blackhole":null}]
        """;

    public const string Routes6 =
        """
        [{"type":"unicast","dst":"default","gateway":"2001:db8::1","dev":"eth0","table":"main","metric":1024,"flags":[],"pref":"medium"},
         {"type":"unicast","dst":"2001:db8:5::/48","from":"2001:db8:7::/48","dev":"eth1","table":"main","metric":1024,"flags":[]},
         {"type":"unreachable","dst":"::ffff:0.0.0.0/96","dev":"lo","table":"main","metric":1024,"error":-113,"flags":[]},
         {"type":"unreachable","dst":"default","dev":"lo","table":"unspec","metric":4294967295,"error":-101,"flags":[]},
         {"type":"local","dst":"2001:db8::10","dev":"eth0","table":"local","metric":0,"flags":[]}]
        """;

    public const string Rules =
        """
        [{"priority":0,"src":"all","table":"local","protocol":"kernel"},
         {"priority":100,"src":"10.2.0.0","srclen":16,"table":"office"},
         {"priority":101,"not":null,"src":"all","dst":"10.0.0.0","dstlen":8,"fwmark":"0x10","fwmask":"0xff","iif":"virbr0","table":"100"},
         {"priority":102,"src":"192.0.2.7","fwmark":"0x5","oif":"eth1","oif_detached":null,"table":"100"},
         {"priority":103,"src":"all","action":"unreachable"},
         {"priority":104,"src":"all","table":"main","suppress_prefixlen":0},
         {"priority":105,"src":"all","tos":"0x10","uid_start":0,"uid_end":5,"ipproto":"tcp","dport_start":80,"dport_end":90,"table":"100"},
         {"priority":106,"src":"all","goto":32766},
         {"priority":107,"src":"all","nop":null},
         {"priority":108,"src":"all","l3mdev":null},
         {"priority":32766,"src":"all","table":"main"}]
        """;

    public static Snapshot Snapshot { get; } = Of(
        (SnapshotNames.Links, Links),
        (SnapshotNames.Addresses, Addresses),
        (SnapshotNames.Routes, Routes),
        (SnapshotNames.Routes6, Routes6),
        (SnapshotNames.NextHops, NextHops),
        (SnapshotNames.Rules, Rules),
        (SnapshotNames.Rules6, """[{"priority":100,"src":"2001:db8::","srclen":32,"table":"100"}]"""),
        (SnapshotNames.BridgeVlans, """[{"ifname":"vnet0","vlans":[{"vlan":1,"flags":["PVID","Egress Untagged"]},{"vlan":10,"vlanEnd":20}]}]"""),
        (SnapshotNames.RouteTableNames, "#\n255\tlocal\n200 office # the office's\n0x12c hex\n"),
        (SnapshotNames.GroupNames, "0 default\n3 uplinks\n"),
        (SnapshotNames.Sysctl, "net.ipv4.ip_forward = 1\nnet.ipv4.conf.eth0/5.rp_filter = 2\n"));

    public static Snapshot Of(params (string Name, string Text)[] files) =>
        new() { Files = files.ToImmutableSortedDictionary(static file => file.Name, static file => file.Text, StringComparer.Ordinal) };
}
