using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Facts;
using Virtward.Exposure.Zones;
using Virtward.Tests.Exposure.Facts;
using Xunit;

namespace Virtward.Tests.Exposure.Zones;

public sealed class ZoneMapTests
{
    private readonly HostFacts _facts = HostFacts.Read(SampleHost.Snapshot);

    [Fact]
    public void Without_a_policy_zones_are_guessed_and_say_why()
    {
        ZoneMap map = _facts.Zones([]);
        Assert.Equal(["internet", "management", "vpn", "guests"], map.Zones.Select(static zone => zone.Name));
        Assert.All(map.Zones, static zone => Assert.True(zone.Guessed));
        ZoneEntry internet = map.Find(Zone.Internet)!.Entries[0];
        Assert.Equal(("eth0", null, "has the default route, via 203.0.113.1"), (internet.Device, internet.Sources, internet.Reason));
        ZoneEntry management = Assert.Single(map.Find(Zone.Management)!.Entries);
        Assert.Equal("eth1", management.Device);
        Assert.StartsWith("192.168.1.0/24, ", management.Sources!.ToString(), StringComparison.Ordinal);
        ZoneEntry guests = Assert.Single(map.Find(Zone.Guests)!.Entries);
        Assert.Equal(("vnet0", "virbr0", "192.168.122.0/24"), (guests.Device, guests.Interface, guests.Sources!.ToString()));
        ZoneEntry vpn = Assert.Single(map.Find(Zone.Vpn)!.Entries, static entry => entry.Device == "wg0");
        Assert.Equal("10.8.0.2, 10.20.0.0/16", vpn.Sources!.ToString().Replace("/32", "", StringComparison.Ordinal));
        Assert.StartsWith("eth1 has a private network (192.168.1.0/24)", map.Find(Zone.Management)!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_packet_has_the_zone_of_its_device_and_source()
    {
        ZoneMap map = _facts.Zones([]);
        Assert.Equal(Zone.Internet, map.Of("eth0", Address.Parse("198.51.100.9"))!.Name);
        Assert.Equal(Zone.Management, map.Of("eth1", Address.Parse("192.168.1.77"))!.Name);
        Assert.Equal(Zone.Guests, map.Of("virbr0", Address.Parse("192.168.122.7"))!.Name);
        Assert.Null(map.Of("nowhere", Address.Parse("192.168.122.7")));
    }

    [Fact]
    public void The_policy_goes_before_guesses_and_the_rest_is_internet()
    {
        ZoneMap map = _facts.Zones(
        [
            new ZonePolicy("management", ["eth1"], [new Prefix(Address.Parse("192.168.1.0"), 24)]),
            new ZonePolicy("vpn", ["wg*", "tap*"], []),
            new ZonePolicy("lab", ["virbr0"], []),
        ]);
        Assert.Equal(["management", "vpn", "lab", "internet"], map.Zones.Select(static zone => zone.Name).Take(4));
        Assert.Equal(("vnet0", "virbr0", false), Assert.Single(map.Find("lab")!.Entries) is var lab ? (lab.Device, lab.Interface, lab.Guessed) : default);

        // The policy gives eth1 to one network: anybody else there is of the internet.
        Assert.Equal(Zone.Internet, map.Of("eth1", Address.Parse("192.168.2.1"))!.Name);
        Assert.Equal(Zone.Management, map.Of("eth1", Address.Parse("192.168.1.1"))!.Name);
        Assert.Contains(map.Notes, static note => note.Contains("tap*", StringComparison.Ordinal));
    }

    [Fact]
    public void Who_names_sources_at_a_device_holds_them_apart_from_who_takes_anybody_there()
    {
        ZoneMap map = _facts.Zones(
        [
            new ZonePolicy("internet", ["eth0"], []),
            new ZonePolicy("office", ["eth0"], [new Prefix(Address.Parse("198.51.100.0"), 24)]),
        ]);
        ZoneEntry internet = Assert.Single(map.Find(Zone.Internet)!.Entries, static entry => entry.Device == "eth0");
        Assert.Null(internet.Sources);
        Assert.Equal("198.51.100.0/24", internet.Others.ToString());
        Assert.Empty(Assert.Single(map.Find("office")!.Entries).Others);
        Assert.Equal("office", map.Of("eth0", Address.Parse("198.51.100.9"))!.Name);
        Assert.Equal(Zone.Internet, map.Of("eth0", Address.Parse("198.51.101.9"))!.Name);
    }

    [Fact]
    public void A_zone_of_networks_alone_is_where_the_routes_lead()
    {
        ZoneMap map = _facts.Zones(
        [
            new ZonePolicy("office", [], [new Prefix(Address.Parse("10.20.5.0"), 24)]),
            new ZonePolicy("partner", [], [new Prefix(Address.Parse("198.18.0.0"), 24)]),
        ]);
        Assert.Equal("wg0", Assert.Single(map.Find("office")!.Entries).Device);
        Assert.Equal("eth0", Assert.Single(map.Find("partner")!.Entries).Device);
        Assert.Contains(map.Notes, static note => note.Contains("forge", StringComparison.Ordinal));
    }

    [Fact]
    public void A_default_route_in_a_private_network_is_said()
    {
        Snapshot behind = SampleHost.Of(
            (SnapshotNames.Links, """[{"ifindex":2,"ifname":"br0","flags":["UP"],"link_type":"ether","linkinfo":{"info_kind":"bridge"}},{"ifindex":3,"ifname":"eno1","master":"br0","flags":["UP"],"link_type":"ether"},{"ifindex":4,"ifname":"vnet3","master":"br0","flags":["UP"],"link_type":"ether","linkinfo":{"info_kind":"tun"}}]"""),
            (SnapshotNames.Addresses, """[{"ifindex":2,"ifname":"br0","addr_info":[{"family":"inet","local":"192.168.1.10","prefixlen":24}]}]"""),
            (SnapshotNames.Routes, """[{"dst":"default","gateway":"192.168.1.1","dev":"br0","flags":[]},{"dst":"192.168.1.0/24","dev":"br0","flags":[]}]"""));
        ZoneMap map = HostFacts.Read(behind).Zones([]);
        ZoneEntry uplink = Assert.Single(map.Find(Zone.Internet)!.Entries);
        Assert.Equal(("eno1", "br0"), (uplink.Device, uplink.Interface));
        Assert.Equal("vnet3", Assert.Single(map.Find(Zone.Guests)!.Entries).Device);
        Assert.Contains(map.Notes, static note => note.Contains("behind a router", StringComparison.Ordinal));
    }
}
