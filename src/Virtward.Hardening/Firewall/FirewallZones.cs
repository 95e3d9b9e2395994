using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Exposure.Facts;
using Virtward.Exposure.Topology;
using Virtward.Exposure.Zones;

namespace Virtward.Hardening.Firewall;

/// <summary>
/// The zones of a host for its firewall, from the same map that the exposure is asked by: a packet belongs to the zone that <see cref="ZoneMap.Of(string, Address)"/>
/// says. Interfaces that the policy names and that are not there now count too: rules are loaded before they are.
/// </summary>
public sealed class FirewallZones
{
    // RFC 1918 and RFC 4193: who has such an address behind the uplink is of the host's own site, not of the Internet.
    private static readonly PrefixSet Private = PrefixSet.Of(Prefix.Parse("10.0.0.0/8"), Prefix.Parse("172.16.0.0/12"), Prefix.Parse("192.168.0.0/16"), Prefix.Parse("fc00::/7"));

    // An interface has it as soon as it is up; the rules are to be the same whether it is.
    private static readonly PrefixSet OfLink = PrefixSet.Of(Prefix.Parse("fe80::/64"));

    private FirewallZones(ImmutableArray<FirewallZone> all, ImmutableArray<string> guestBridges, ImmutableArray<string> sharedBridges, ImmutableArray<string> guestPorts)
    {
        All = all;
        GuestBridges = guestBridges;
        SharedBridges = sharedBridges;
        GuestPorts = guestPorts;
    }

    /// <summary>The zones but the Internet, which is whatever none of them holds, in the order that decides between them.</summary>
    public ImmutableArray<FirewallZone> All { get; private init; }

    /// <summary>Where packets to the Internet leave.</summary>
    public ImmutableArray<string> Uplinks { get; private init; } = [];

    /// <summary>The networks of the host's own site behind its uplinks.</summary>
    public PrefixSet SiteNetworks { get; private init; } = PrefixSet.Empty;

    /// <summary>The bridges that have guests on them and nobody else.</summary>
    public ImmutableArray<string> GuestBridges { get; }

    /// <summary>The bridges that guests share with others: only the bridge family can tell whose a packet is.</summary>
    public ImmutableArray<string> SharedBridges { get; }

    /// <summary>The guests' devices on bridges; names with a star where libvirt counts them.</summary>
    public ImmutableArray<string> GuestPorts { get; }

    /// <summary>All networks that zones name, without those that would be everybody and those of the link, which are never passed on.</summary>
    public PrefixSet Named => PrefixSet.Of(All.SelectMany(static zone => zone.Ways).SelectMany(static way => way.Networks ?? PrefixSet.Empty).Where(static one => one.Length > 0 && !OfLink.Contains(one)));

    /// <summary>A zone; null: there is none of that name, or it is the Internet.</summary>
    public FirewallZone? Find(string name) => All.FirstOrDefault(zone => zone.Name == name);

    /// <summary>The ways in, in the order that decides: those that name their sources first, then those that take anybody.</summary>
    public IEnumerable<(FirewallZone Zone, FirewallWay Way)> InOrder()
    {
        // At a bridge that they share guests are told by the mark that their ports give, never by an address.
        (FirewallZone Zone, FirewallWay Way)[] ways =
        [
            .. All.SelectMany(zone => zone.Ways.Select(way => (zone, zone.Name == Zone.Guests ? way with { Devices = [.. way.Devices.Except(SharedBridges)] } : way))),
        ];
        return ways.Where(static one => one.Way.Networks is not null).Concat(ways.Where(static one => one.Way.Networks is null));
    }

    /// <summary>Finds them.</summary>
    /// <param name="policy">The policy's zones.</param>
    /// <param name="facts">The host.</param>
    public static FirewallZones Of(ImmutableArray<ZonePolicy> policy, HostFacts facts)
    {
        ZoneMap map = facts.Zones(policy);
        ILookup<string, (string Zone, ZoneEntry Entry)> byInterface = map.Zones
            .SelectMany(static zone => zone.Entries.Select(entry => (zone.Name, entry))).ToLookup(static pair => pair.entry.Interface);
        string[] networks = [.. facts.GuestNetworks.Where(static network => network.Forward != "bridge").Select(static network => network.Bridge).OfType<string>()
            .Where(bridge => !byInterface.Contains(bridge) && !policy.Any(zone => zone.Interfaces.Any(pattern => Matches(pattern, bridge)))).Distinct()];
        ImmutableArray<FirewallZone>.Builder zones = ImmutableArray.CreateBuilder<FirewallZone>();
        foreach (Zone zone in map.Zones)
        {
            ZonePolicy? said = policy.FirstOrDefault(one => one.Name == zone.Name);
            ImmutableArray<FirewallWay> ways = [.. Ways(zone, said), .. zone.Name == Zone.Guests ? Asleep(networks, facts) : []];
            if (!ways.IsEmpty)
            {
                zones.Add(new FirewallZone(zone.Name, ways));
            }
        }

        if (networks.Length > 0 && map.Find(Zone.Guests) is null)
        {
            zones.Add(new FirewallZone(Zone.Guests, [.. Asleep(networks, facts)]));
        }

        // A bridge is shared where one of its ports is a guest's and another is not.
        string[] withGuests = [.. byInterface.Where(static one => one.Any(static pair => pair.Zone == Zone.Guests)).Select(static one => one.Key)];
        string[] shared = [.. withGuests.Where(name => byInterface[name].GroupBy(static pair => pair.Entry.Device).Any(static port => port.All(static pair => pair.Zone != Zone.Guests)))];
        string[] patterns = [.. policy.Where(static zone => zone.Name == Zone.Guests).SelectMany(static zone => zone.Interfaces).Where(pattern => !shared.Any(name => Matches(pattern, name)))];
        string[] own = [.. withGuests.Except(shared).Concat(networks).Where(name => !patterns.Any(pattern => Matches(pattern, name))).Concat(patterns).Distinct().Order(StringComparer.Ordinal)];
        string[] uplinks = Uplinked(map, policy, facts.Network);
        return new FirewallZones(zones.ToImmutable(), [.. own], [.. shared.Order(StringComparer.Ordinal)], Ports(facts, map))
        {
            Uplinks = [.. uplinks],
            SiteNetworks = PrefixSet.Of(facts.Network.Interfaces.Where(one => uplinks.Any(pattern => Matches(pattern, one.Name))).SelectMany(static one => one.Addresses)
                .Select(static address => address.Network).Where(static network => !network.IsSingle && Private.Contains(network))),
        };
    }

    /// <summary>Whether a name is meant by a policy's name of interfaces.</summary>
    public static bool Matches(string pattern, string name) =>
        pattern.EndsWith('*') ? name.StartsWith(pattern[..^1], StringComparison.Ordinal) : name == pattern;

    private static IEnumerable<FirewallWay> Ways(Zone zone, ZonePolicy? said)
    {
        ZoneEntry[] named = [.. zone.Entries.Where(static entry => !entry.Guessed)];
        if (said is { Interfaces.IsEmpty: false })
        {
            IEnumerable<string> devices = named.Select(static entry => entry.Interface).Where(name => !said.Interfaces.Any(pattern => Matches(pattern, name))).Concat(said.Interfaces);
            yield return new FirewallWay(Sorted(devices), said.Sources.IsEmpty ? null : PrefixSet.Of(said.Sources));
        }
        else if (named.Length > 0)
        {
            yield return new FirewallWay(Sorted(named.Select(static entry => entry.Interface)), said is { Sources.IsEmpty: false } ? PrefixSet.Of(said.Sources) : null);
        }

        // The Internet's other places are whatever is left.
        foreach (IGrouping<string, ZoneEntry> place in zone.Entries.Where(entry => entry.Guessed && zone.Name != Zone.Internet).GroupBy(static entry => entry.Interface))
        {
            yield return new FirewallWay([place.Key], place.Any(static entry => entry.Sources is null)
                ? null : place.Aggregate(OfLink, static (all, entry) => all.Union(entry.Sources!)));
        }
    }

    // Networks of libvirt that are not up: their bridges come with them, and their guests with the bridges.
    private static IEnumerable<FirewallWay> Asleep(string[] bridges, HostFacts facts)
    {
        foreach (string bridge in bridges.Order(StringComparer.Ordinal))
        {
            var networks = PrefixSet.Of(facts.GuestNetworks.Where(network => network.Bridge == bridge).SelectMany(static network => network.Addresses)
                .Select(static address => address.Network).Where(static network => !network.IsSingle));
            yield return new FirewallWay([bridge], networks.IsEmpty ? null : networks.Union(OfLink));
        }
    }

    private static string[] Uplinked(ZoneMap map, ImmutableArray<ZonePolicy> policy, HostNetwork network)
    {
        ZonePolicy? said = policy.FirstOrDefault(static zone => zone.Name == Zone.Internet);
        IEnumerable<string> patterns = said?.Interfaces ?? [];
        // Where the policy gives a place to some sources only, whoever else comes in there is of the Internet; but out to it leads only a default route.
        IEnumerable<string> entries = (map.Find(Zone.Internet)?.Entries ?? [])
            .Where(entry => !entry.Guessed || entry.Sources is null || network.Routes.Any(route => route.Type == RouteType.Unicast && route.Destination.Length == 0
                && (route.Device == entry.Interface || route.NextHopDevices.Contains(entry.Interface))))
            .Select(static entry => entry.Interface);
        return [.. entries.Where(name => !patterns.Any(pattern => Matches(pattern, name))).Concat(patterns).Distinct().Order(StringComparer.Ordinal)];
    }

    private static ImmutableArray<string> Ports(HostFacts facts, ZoneMap map)
    {
        // libvirt's own names for taps, whichever number the next guest gets.
        const string Counted = "vnet*";
        IEnumerable<string> targets = facts.Guests.SelectMany(static guest => guest.Interfaces).Where(static one => one.Lower is null).Select(static one => one.Target).OfType<string>()
            .Concat((map.Find(Zone.Guests)?.Entries ?? []).Where(static entry => entry.Device != entry.Interface).Select(static entry => entry.Device));
        return facts.Guests.IsEmpty && facts.GuestNetworks.IsEmpty && map.Find(Zone.Guests) is null ? []
            : [.. targets.Where(static name => !Matches(Counted, name) && FirewallWay.CanName(name)).Append(Counted).Distinct().Order(StringComparer.Ordinal)];
    }

    private static ImmutableArray<string> Sorted(IEnumerable<string> names) => [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
