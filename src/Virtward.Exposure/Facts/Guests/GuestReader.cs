using System.Collections.Immutable;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Facts.Guests;

/// <summary>All guests with all that is known of their addresses.</summary>
internal static class GuestReader
{
    /// <summary>Reads the guests' networks: as they run, where they do.</summary>
    public static ImmutableArray<GuestNetwork> Networks(Snapshot snapshot, ICollection<Problem> problems)
    {
        SortedDictionary<string, GuestNetwork> byName = new(StringComparer.Ordinal);
        foreach ((string prefix, bool active) in (ReadOnlySpan<(string, bool)>)[(SnapshotNames.Networks, false), (SnapshotNames.ActiveNetworks, true)])
        {
            foreach ((string file, string text) in snapshot.StartingWith(prefix))
            {
                if (NetworkReader.Read(file, text, problems) is GuestNetwork network)
                {
                    byName[network.Name] = network with { Active = active };
                }
            }
        }

        return [.. byName.Values];
    }

    /// <summary>Reads the guests: as they run, where they do.</summary>
    public static ImmutableArray<Guest> Guests(
        Snapshot snapshot, ImmutableArray<GuestNetwork> networks, ImmutableArray<Neighbour> neighbours, ICollection<Problem> problems)
    {
        SortedDictionary<string, Guest> byName = new(StringComparer.Ordinal);
        foreach ((string prefix, bool running) in (ReadOnlySpan<(string, bool)>)[(SnapshotNames.Domains, false), (SnapshotNames.RunningDomains, true)])
        {
            foreach ((string file, string text) in snapshot.StartingWith(prefix))
            {
                if (DomainReader.Read(file, text, running, problems) is Guest guest)
                {
                    byName[guest.Name] = guest;
                }
            }
        }

        ILookup<ulong, GuestAddress> known = Known(snapshot, networks, neighbours, problems).ToLookup(static address => address.Mac);
        ImmutableDictionary<string, string?> bridges = networks.ToImmutableDictionary(static network => network.Name, static network => network.Bridge);
        return [.. byName.Values.Select(guest => Complete(guest, snapshot, known, bridges))];
    }

    private static IEnumerable<GuestAddress> Known(
        Snapshot snapshot, ImmutableArray<GuestNetwork> networks, ImmutableArray<Neighbour> neighbours, ICollection<Problem> problems) =>
    [
        .. networks.SelectMany(static network => network.FixedHosts),
        .. snapshot.StartingWith(SnapshotNames.Leases).SelectMany(file => LeaseReader.Leases(file.Key, file.Value, problems)),
        .. neighbours.Select(static neighbour => new GuestAddress(neighbour.Address, neighbour.Mac, AddressSource.Neighbour)),
    ];

    // An agent's word counts for the guest's own interfaces only: it could name another's address otherwise.
    private static Guest Complete(Guest guest, Snapshot snapshot, ILookup<ulong, GuestAddress> known, ImmutableDictionary<string, string?> bridges)
    {
        HashSet<ulong> own = [.. guest.Interfaces.Select(static one => one.Mac).Where(static mac => mac != 0)];
        IEnumerable<GuestAddress> agent = snapshot.Text($"{SnapshotNames.AgentAddresses}{Snapshot.NamePart(guest.Name)}.txt") is string text
            ? LeaseReader.Agent(text).Where(address => own.Contains(address.Mac))
            : [];
        return guest with
        {
            Interfaces =
            [
                .. guest.Interfaces.Select(one => one.Bridge is null && one.Network is string network
                    ? one with { Bridge = bridges.GetValueOrDefault(network) }
                    : one),
            ],
            Addresses =
            [
                .. guest.Addresses.Concat(own.SelectMany(mac => known[mac])).Concat(agent)
                    .OrderBy(static address => address.Source).ThenBy(static address => address.Address)
                    .DistinctBy(static address => (address.Address, address.Mac)),
            ],
        };
    }
}
