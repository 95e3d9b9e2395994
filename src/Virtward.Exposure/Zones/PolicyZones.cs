using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Zones;

/// <summary>The zones that a policy names, on this host.</summary>
internal static class PolicyZones
{
    /// <summary>Finds the places of each.</summary>
    public static ImmutableArray<Zone> Of(ImmutableArray<ZonePolicy> policy, ImmutableArray<EntryPoint> points, HostNetwork network, List<string> notes) =>
        [.. policy.Select(zone => Of(zone, policy, points, network, notes))];

    private static Zone Of(
        ZonePolicy zone, ImmutableArray<ZonePolicy> policy, ImmutableArray<EntryPoint> points, HostNetwork network, List<string> notes)
    {
        // The internet may be named without a word of where: it is what no other zone holds.
        if (zone.Interfaces.IsEmpty && zone.Sources.IsEmpty)
        {
            return new Zone(zone.Name, []);
        }

        PrefixSet? sources = zone.Sources.IsEmpty ? null : PrefixSet.Of(zone.Sources);
        ImmutableArray<EntryPoint> places = zone.Interfaces.IsEmpty
            ? BySource(zone, points, network, notes)
            : [.. points.Where(point => ByName(zone, point, policy))];
        foreach (string pattern in zone.Interfaces.Where(pattern => !network.Interfaces.Any(one => Matches(pattern, one.Name))))
        {
            notes.Add($"zone {zone.Name}: this host has no interface {pattern} now");
        }

        string reason = zone.Interfaces.IsEmpty ? "leads to the zone's networks" : "is named there";
        return new Zone(zone.Name, [.. places.Select(point => new ZoneEntry(point.Device, point.Network.Name, sources, reason, Guessed: false))]);
    }

    // A bridge's name means all its ports, but those that another zone names themselves.
    private static bool ByName(ZonePolicy zone, EntryPoint point, ImmutableArray<ZonePolicy> policy) =>
        zone.Interfaces.Any(pattern => Matches(pattern, point.Device))
        || (point.IsPort
            && zone.Interfaces.Any(pattern => Matches(pattern, point.Network.Name))
            && !policy.Any(other => other.Name != zone.Name && other.Interfaces.Any(pattern => Matches(pattern, point.Device))));

    // Networks alone: they come in where the routes to them lead. An address can be forged; where is for the firewall to say.
    private static ImmutableArray<EntryPoint> BySource(ZonePolicy zone, ImmutableArray<EntryPoint> points, HostNetwork network, List<string> notes)
    {
        ImmutableArray<EntryPoint> found = [.. points.Where(point => zone.Sources.Any(point.Networks.Overlaps))];
        if (found.IsEmpty)
        {
            HashSet<string> devices =
            [
                .. EntryPoints.DefaultRoutes(network).Where(route => zone.Sources.Any(source => source.IsV4 == route.Destination.IsV4))
                    .SelectMany(static route => route.NextHopDevices.Append(route.Device)).OfType<string>(),
            ];
            found = [.. points.Where(point => devices.Contains(point.Network.Name))];
        }

        notes.Add(found.IsEmpty
            ? $"zone {zone.Name}: no route of this host leads to its networks"
            : $"zone {zone.Name} is named by its networks alone: whoever can forge an address of theirs belongs to it; name its interfaces too");
        return found;
    }

    private static bool Matches(string pattern, string name) =>
        pattern.EndsWith('*') ? name.StartsWith(pattern[..^1], StringComparison.Ordinal) : name == pattern;
}
