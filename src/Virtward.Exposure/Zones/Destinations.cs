using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Zones;

/// <summary>The zones of a host as somewhere to get to.</summary>
public static class Destinations
{
    /// <summary>
    /// The addresses that a host can have: not 0.0.0.0/8, loopback, groups and what is reserved (RFC 6890); of IPv6 what is global, unique local or link-local
    /// (RFC 4291 section 2.4, RFC 4193).
    /// </summary>
    public static readonly PrefixSet Unicast = PrefixSet.Of(Prefix.Parse("0.0.0.0/0"))
        .Subtract(PrefixSet.Of(Prefix.Parse("0.0.0.0/8"), Prefix.Parse("127.0.0.0/8"), Prefix.Parse("224.0.0.0/3")))
        .Union(PrefixSet.Of(Prefix.Parse("2000::/3"), Prefix.Parse("fc00::/7"), Prefix.Parse("fe80::/10")));

    /// <summary>The same without link-local addresses, which say nothing of where they are.</summary>
    public static readonly PrefixSet Routable = Unicast.Subtract(Prefix.Parse("fe80::/10"));

    /// <summary>All of them, in the zones' order, then the host.</summary>
    /// <param name="zones">The zones.</param>
    /// <param name="network">The host's network.</param>
    public static ImmutableArray<Destination> Of(ImmutableArray<Zone> zones, HostNetwork network) =>
        [
            .. zones.Where(static zone => !zone.Entries.IsEmpty).Select(zone => Of(zone, zones, network)),
            new Destination(Zone.Host, Own(network).Intersect(Routable), [Zone.Host]),
        ];

    private static Destination Of(Zone zone, ImmutableArray<Zone> zones, HostNetwork network)
    {
        PrefixSet networks = PrefixSet.Empty;
        if (zone.Entries.Any(static entry => entry.Sources is null))
        {
            // Anybody may be there: whoever no other zone holds. Where a packet really goes is the routes' answer, not ours.
            networks = zones.Where(other => other.Name != zone.Name).SelectMany(static other => other.Entries)
                .Aggregate(Unicast, static (left, entry) => entry.Sources is null ? left : left.Subtract(entry.Sources));
        }

        networks = zone.Entries.Aggregate(networks, static (all, entry) => entry.Sources is null ? all : all.Union(entry.Sources));
        return new Destination(
            zone.Name, networks.Intersect(Routable), [.. zone.Entries.SelectMany(entry => Arrivals(entry, network)).Distinct().Order(StringComparer.Ordinal)])
        {
            Interfaces = [.. zone.Entries.Select(static entry => entry.Interface).Distinct()],
        };
    }

    // A packet that leaves by a VLAN's device leaves by the one below it; by a bridge, by one of its ports where that can be told.
    private static IEnumerable<string> Arrivals(ZoneEntry entry, HostNetwork network)
    {
        yield return entry.Device;
        yield return entry.Interface;
        string? name = entry.Interface;
        for (int depth = 0; depth < 8 && name is not null; depth++)
        {
            NetworkInterface? device = network.Interfaces.FirstOrDefault(one => one.Name == name);
            name = device?.Vlan is null ? null : device.Lower;
            if (name is not null)
            {
                yield return name;
            }
        }
    }

    private static PrefixSet Own(HostNetwork network) => PrefixSet.Of(
        network.Interfaces.Where(static one => !one.Loopback).SelectMany(static one => one.Addresses).Select(static one => new Prefix(one.Address)));
}
