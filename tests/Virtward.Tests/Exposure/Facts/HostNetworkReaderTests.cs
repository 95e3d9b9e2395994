using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Facts.Network;
using Virtward.Exposure.Topology;
using Xunit;

namespace Virtward.Tests.Exposure.Facts;

public sealed class HostNetworkReaderTests
{
    private const string Damage = "\"{}[],:0-9x\\\0\ud800";

    private readonly List<Problem> _problems = [];

    [Fact]
    public void Interfaces_have_kind_master_flags_and_link_type()
    {
        HostNetwork network = HostNetworkReader.Read(SampleHost.Snapshot, _problems);
        Assert.Equal(["lo", "eth0", "eth1", "virbr0", "vnet0", "wg0", "eth0.5", "gre1", "ve1"], network.Interfaces.Select(static one => one.Name));
        NetworkInterface lo = Find(network, "lo");
        Assert.Equal((true, true, 772, 0UL, ""), (lo.Loopback, lo.Up, lo.LinkType, lo.Mac, lo.Kind));
        Assert.Equal((3, 1, 0x525400000003UL), (Find(network, "eth1").Group, Find(network, "eth1").LinkType, Find(network, "eth1").Mac));
        NetworkInterface bridge = Find(network, "virbr0");
        Assert.Equal(("bridge", true, true), (bridge.Kind, bridge.VlanFiltering, bridge.CallsIptables));
        NetworkInterface port = Find(network, "vnet0");
        Assert.Equal(("tun", "virbr0", true, true), (port.Kind, port.Master, port.Isolated, port.Hairpin));
        Assert.Equal([new BridgeVlan(1, 1, true, true), new BridgeVlan(10, 20, false, false)], port.Vlans);
        NetworkInterface vlan = Find(network, "eth0.5");
        Assert.Equal(("vlan", "eth0", 5, 12, false), (vlan.Kind, vlan.Lower, vlan.Vlan!.Value, vlan.Group, vlan.Up));
        Assert.Equal((778, 0UL), (Find(network, "gre1").LinkType, Find(network, "gre1").Mac));
        Assert.Equal((65534, 4711), (Find(network, "wg0").LinkType, Find(network, "ve1").LinkType));
    }

    [Fact]
    public void Addresses_have_lengths_and_peers()
    {
        HostNetwork network = HostNetworkReader.Read(SampleHost.Snapshot, _problems);
        Assert.Equal(
            ["203.0.113.10/24", "2001:db8::10/64", "fe80::5054:ff:fe00:2/64"],
            Find(network, "eth0").Addresses.Select(static address => $"{address.Address}/{address.Length}"));
        InterfaceAddress peer = Assert.Single(Find(network, "wg0").Addresses);
        Assert.Equal("10.8.0.2/32", $"{peer.Peer}/{peer.Length}");
    }

    [Fact]
    public void Routes_of_all_tables_types_and_next_hops()
    {
        HostNetwork network = HostNetworkReader.Read(SampleHost.Snapshot, _problems);
        Assert.Equal((254, "eth0", "203.0.113.1", false), Summary(network, "0.0.0.0/0"));
        Assert.Equal((254, "virbr0", "", false), Summary(network, "192.168.122.0/24"));
        Assert.Equal((254, "wg0", "", true), Summary(network, "10.20.0.0/16"));
        Assert.Equal((200, RouteType.Blackhole), (To(network, "10.66.0.0/16").Table, To(network, "10.66.0.0/16").Type));
        Assert.Equal((100, RouteType.Prohibit), (To(network, "10.68.0.0/16").Table, To(network, "10.68.0.0/16").Type));
        Assert.Equal(Address.Parse("2001:db8::7"), To(network, "10.70.0.0/16").Gateway);
        Assert.Equal(["eth0", "eth1"], To(network, "198.51.100.0/24").NextHopDevices);
        Assert.Equal((254, "", "", false), Summary(network, "198.51.100.0/24"));
        Assert.Equal((254, "eth1", "192.168.1.9", false), Summary(network, "198.51.101.0/24"));
        Assert.Equal(["eth0", "eth1"], To(network, "198.51.102.0/24").NextHopDevices);
        Assert.Equal((254, "eth0", "203.0.113.8", false), Summary(network, "198.51.103.0/24"));
        Assert.Equal(RouteType.Blackhole, To(network, "198.51.104.0/24").Type);
        Assert.Equal((255, "eth0", "", false), Summary(network, "203.0.113.10"));
        Assert.Equal((50u, 7u), (To(network, "10.20.0.0/16").Metric, To(network, "198.51.100.0/24").Metric));
        Assert.Equal("192.168.1.5", To(network, "192.168.1.0/24").PreferredSource.ToString());

        // IPv6 from its own file only; the route that stands for all of IPv4 there takes no packet.
        Assert.Equal("2001:db8:7::/48", To(network, "2001:db8:5::/48").Source.ToString());
        Assert.Equal(4, network.Routes.Count(static route => !route.Destination.IsV4));
        Assert.Single(network.Routes, static route => route.Destination.IsV4 && route.Destination.Length == 0);

        Problem skipped = Assert.Single(_problems);
        Assert.Contains("10.72.0.0/16", skipped.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_route_without_carrier_is_out_of_use_only_where_the_kernel_was_told_so()
    {
        Snapshot told = SampleHost.Snapshot.With(SnapshotNames.Sysctl, "net.ipv4.conf.virbr0.ignore_routes_with_linkdown = 1\n");
        Assert.False(To(HostNetworkReader.Read(SampleHost.Snapshot, _problems), "192.168.122.0/24").Dead);
        Assert.True(To(HostNetworkReader.Read(told, _problems), "192.168.122.0/24").Dead);
    }

    [Fact]
    public void Rules_are_read_and_what_is_not_understood_is_opaque()
    {
        HostNetwork network = HostNetworkReader.Read(SampleHost.Snapshot, _problems);
        RoutingRule Rule(uint priority) => Assert.Single(network.Rules, rule => !rule.V6 && rule.Priority == priority);
        Assert.Equal((255, null), (Rule(0).Table, Rule(0).Opaque));
        Assert.Equal(("10.2.0.0/16", 200), (Rule(100).Source.ToString(), Rule(100).Table));
        Assert.Equal(
            (true, "10.0.0.0/8", 0x10u, 0xffu, "virbr0"),
            (Rule(101).Invert, Rule(101).Destination.ToString(), Rule(101).Mark, Rule(101).MarkMask, Rule(101).Iif));
        Assert.Equal((5u, uint.MaxValue, "eth1", "192.0.2.7"), (Rule(102).Mark, Rule(102).MarkMask, Rule(102).Oif, Rule(102).Source.ToString()));
        Assert.Equal((RouteType.Unreachable, 0, null), (Rule(103).Action, Rule(103).Table, Rule(103).Opaque));
        Assert.Equal((0, null), (Rule(104).Suppressed, Rule(104).Opaque));
        Assert.Equal("tos 0x10, uid_start 0, uid_end 5, ipproto tcp, dport_start 80, dport_end 90", Rule(105).Opaque);
        Assert.Equal((32766u, null), (Rule(106).Goto, Rule(106).Opaque));
        Assert.DoesNotContain(network.Rules, static rule => rule.Priority == 107);
        Assert.Equal("l3mdev", Rule(108).Opaque);
        RoutingRule v6 = Assert.Single(network.Rules, static rule => rule.V6);
        Assert.Equal("2001:db8::/32", v6.Source.ToString());
    }

    [Fact]
    public void Sysctls_have_dots_in_interface_names()
    {
        HostNetwork network = HostNetworkReader.Read(SampleHost.Snapshot, _problems);
        Assert.Equal(("1", "2"), (network.Sysctls["net.ipv4.ip_forward"], network.Sysctls["net.ipv4.conf.eth0.5.rp_filter"]));
    }

    [Fact]
    public void A_table_whose_name_nothing_explains_is_still_the_same_table()
    {
        Snapshot snapshot = SampleHost.Of(
            (SnapshotNames.Routes, """[{"dst":"10.0.0.0/8","dev":"e","table":"a"},{"dst":"10.0.0.0/9","dev":"e","table":"b"}]"""),
            (SnapshotNames.Rules, """[{"priority":1,"src":"all","table":"b"},{"priority":2,"src":"all","table":"a"},{"priority":3,"src":"all","table":"4294967295"}]"""));
        HostNetwork network = HostNetworkReader.Read(snapshot, _problems);
        Assert.Equal(network.Routes[0].Table, network.Rules[1].Table);
        Assert.Equal(network.Routes[1].Table, network.Rules[0].Table);
        Assert.Equal(3, network.Rules.Select(static rule => rule.Table).Distinct().Count());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[1,null,\"x\",[],{}]")]
    [InlineData("""[{"ifindex":"x","ifname":5,"flags":{},"linkinfo":[],"addr_info":{}}]""")]
    [InlineData("""[{"ifindex":99999999999999999999,"ifname":"x"}]""")]
    [InlineData("""[{"dst":7,"table":{},"nexthops":[null,7,{"dev":[]}],"priority":-1,"src":[],"fwmark":"0xffffffffffffffff"}]""")]
    [InlineData("""[{"dst":"\ud800","ifname":"\udc00","ifindex":1,"priority":1e999}]""")]
    [InlineData("""[{"ifindex":1,"ifname":"e","ifindex":2,"addr_info":[{"family":"inet","local":"10.0.0.1","prefixlen":99}]}]""")]
    public void Nothing_that_stands_in_a_file_throws(string text)
    {
        string[] names =
        [
            SnapshotNames.Links, SnapshotNames.Addresses, SnapshotNames.Routes, SnapshotNames.Routes6, SnapshotNames.Rules, SnapshotNames.Rules6,
            SnapshotNames.NextHops, SnapshotNames.BridgeLinks, SnapshotNames.BridgeVlans, SnapshotNames.BridgeFdb, SnapshotNames.Neighbours,
        ];
        Snapshot snapshot = SampleHost.Of([.. names.Select(name => (name, text))]);
        Assert.NotNull(HostNetworkReader.Read(snapshot, _problems));
        Assert.NotNull(Virtward.Exposure.Facts.HostFacts.Read(snapshot));
    }

    [Fact]
    public void Damaged_texts_are_told_or_read_and_never_thrown()
    {
        var random = new Random(7);
        foreach ((string name, string text) in SampleHost.Snapshot.Files)
        {
            for (int round = 0; round < 300; round++)
            {
                char[] damaged = text.ToCharArray();
                for (int i = random.Next(1, 6); i > 0; i--)
                {
                    damaged[random.Next(damaged.Length)] = Damage[random.Next(Damage.Length)];
                }

                string cut = new string(damaged)[..(round % 3 == 0 ? random.Next(damaged.Length) : damaged.Length)];
                Assert.NotNull(Virtward.Exposure.Facts.HostFacts.Read(SampleHost.Snapshot.With(name, cut)).Zones([]));
            }
        }
    }

    private static NetworkInterface Find(HostNetwork network, string name) => Assert.Single(network.Interfaces, one => one.Name == name);

    private static Route To(HostNetwork network, string prefix) =>
        Assert.Single(network.Routes, route => Prefix.TryParse(prefix, out Prefix wanted) && route.Destination == wanted && route.Table != 253);

    private static (int Table, string Device, string Gateway, bool Dead) Summary(HostNetwork network, string prefix)
    {
        Route route = To(network, prefix);
        return (route.Table, route.Device ?? "", route.Gateway?.ToString() ?? "", route.Dead);
    }
}
