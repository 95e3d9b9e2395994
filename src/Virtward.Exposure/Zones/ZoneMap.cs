using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Exposure.Facts;

namespace Virtward.Exposure.Zones;

/// <summary>
/// All zones of a host: those of its policy, and guesses for the places that no zone of the policy holds. Guests, containers and VPNs are
/// guessed as such; the rest is the internet, as the policy's documentation says. Without a policy the management network is guessed too.
/// </summary>
/// <param name="Zones">The zones, in the order of the policy, then the guessed ones.</param>
/// <param name="Notes">What a person should know about them, a sentence each.</param>
public sealed record ZoneMap(ImmutableArray<Zone> Zones, ImmutableArray<string> Notes)
{
    /// <summary>Puts every place where packets come in into a zone.</summary>
    /// <param name="policy">The policy's zones; empty: all are guessed.</param>
    /// <param name="facts">The host.</param>
    public static ZoneMap Of(ImmutableArray<ZonePolicy> policy, HostFacts facts)
    {
        ImmutableArray<EntryPoint> points = EntryPoints.Of(facts.Network);
        List<string> notes = [];
        ImmutableArray<Zone> named = Apart(PolicyZones.Of(policy, points, facts.Network, notes));
        List<(string Zone, ZoneEntry Entry)> rest = [];
        var guess = new ZoneGuess(facts, notes);
        foreach (EntryPoint point in points)
        {
            ImmutableArray<ZoneEntry> held = [.. named.SelectMany(static zone => zone.Entries).Where(entry => entry.Device == point.Device)];
            if (!held.IsEmpty)
            {
                if (Rest(point, held) is ZoneEntry other)
                {
                    rest.Add((Zone.Internet, other));
                }
            }
            else if (guess.Of(point) is (string zone, ZoneEntry entry))
            {
                // What the administrator has named is not for us to widen.
                bool known = zone != Zone.Internet && policy.Any(one => one.Name == zone || zone == Zone.Management);
                rest.Add(known ? (Zone.Internet, entry with { Sources = null, Reason = $"{entry.Reason}, and no zone of the policy holds it" }) : (zone, entry));
            }
        }

        return new ZoneMap(Join(named, rest), [.. notes.Distinct()]);
    }

    /// <summary>The zone of a packet; a zone that names its source goes before one that takes anybody. null: none.</summary>
    /// <param name="device">The device it comes in by: an interface, or a bridge's port.</param>
    /// <param name="source">Its source.</param>
    public Zone? Of(string device, Address source) =>
        Zones.FirstOrDefault(zone => zone.Entries.Any(entry => Takes(entry, device) && entry.Sources?.Contains(source) == true))
        ?? Zones.FirstOrDefault(zone => zone.Entries.Any(entry => Takes(entry, device) && entry.Sources is null));

    /// <summary>The zone of a name; null: there is none.</summary>
    public Zone? Find(string name) => Zones.FirstOrDefault(zone => zone.Name == name);

    private static bool Takes(ZoneEntry entry, string device) => entry.Device == device || entry.Interface == device;

    // Where one zone takes anybody who comes in by a device and others name their sources there, these are theirs alone, as for a single packet.
    private static ImmutableArray<Zone> Apart(ImmutableArray<Zone> zones) =>
    [
        .. zones.Select(zone => zone with
        {
            Entries =
            [
                .. zone.Entries.Select(entry => entry.Sources is null && Named(zones, zone, entry.Device) is { IsEmpty: false } others
                    ? entry with { Others = others } : entry),
            ],
        }),
    ];

    private static PrefixSet Named(ImmutableArray<Zone> zones, Zone but, string device) => zones.Where(other => other.Name != but.Name).SelectMany(static other => other.Entries)
        .Where(entry => entry.Device == device && entry.Sources is not null).Aggregate(PrefixSet.Empty, static (all, entry) => all.Union(entry.Sources!));

    // The policy gives a place to some sources only: whoever else comes in there is of the internet.
    private static ZoneEntry? Rest(EntryPoint point, ImmutableArray<ZoneEntry> held)
    {
        if (held.Any(static entry => entry.Sources is null))
        {
            return null;
        }

        PrefixSet others = held.Aggregate(
            PrefixSet.Of(JsonText.EveryV4, JsonText.EveryV6), static (left, entry) => left.Subtract(entry.Sources!));
        return others.IsEmpty
            ? null
            : new ZoneEntry(point.Device, point.Network.Name, others, "takes others than the policy's zones there name", Guessed: true);
    }

    private static ImmutableArray<Zone> Join(ImmutableArray<Zone> named, List<(string Zone, ZoneEntry Entry)> rest)
    {
        ILookup<string, ZoneEntry> byZone = rest.ToLookup(static pair => pair.Zone, static pair => pair.Entry);
        IEnumerable<string> added = ZoneGuess.Order.Where(name => byZone.Contains(name) && named.All(zone => zone.Name != name));
        return
        [
            .. named.Select(zone => zone with { Entries = [.. zone.Entries, .. byZone[zone.Name]] }),
            .. added.Select(name => new Zone(name, [.. byZone[name]])),
        ];
    }
}
