using System.Collections.Immutable;
using Virtward.Core.Policy;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Facts.Guests;
using Virtward.Exposure.Facts.Network;
using Virtward.Exposure.Topology;
using Virtward.Exposure.Zones;

namespace Virtward.Exposure.Facts;

/// <summary>
/// Everything that a snapshot tells of a host, as values. The rules' texts stay texts: their readers are others'. The live host is
/// read the same way: a snapshot of it is taken in memory first.
/// </summary>
public sealed record HostFacts
{
    // Without one of these an answer would be wrong without saying so.
    private static readonly ImmutableArray<string> Needed =
    [
        SnapshotNames.Links, SnapshotNames.Addresses, SnapshotNames.Routes, SnapshotNames.Routes6,
        SnapshotNames.Rules, SnapshotNames.Rules6, SnapshotNames.Sysctl, SnapshotNames.Listeners,
    ];

    // Every host has a loopback device and settings.
    private static readonly ImmutableArray<string> Full = [SnapshotNames.Links, SnapshotNames.Addresses, SnapshotNames.Sysctl];

    private HostFacts(Snapshot snapshot) => Snapshot = snapshot;

    /// <summary>The texts that all of this was read from.</summary>
    public Snapshot Snapshot { get; }

    /// <summary>Who took the snapshot, when and where.</summary>
    public SnapshotMeta Meta { get; private init; } = new();

    /// <summary>Interfaces, routes, rules and sysctls.</summary>
    public HostNetwork Network { get; private init; } = new();

    /// <summary>Listeners of the namespace that was looked at: <see cref="Listener.Namespace"/> is null.</summary>
    public ImmutableArray<Listener> Listeners { get; private init; } = [];

    /// <summary>Listeners in other network namespaces, such as containers'; their packets come through the host's forwarding, if at all.</summary>
    public ImmutableArray<Listener> ForeignListeners { get; private init; } = [];

    /// <summary>The other network namespaces, and how they hang on this one; empty where the snapshot does not tell.</summary>
    public ImmutableArray<ListenerNamespace> Namespaces { get; private init; } = [];

    /// <summary>The guests.</summary>
    public ImmutableArray<Guest> Guests { get; private init; } = [];

    /// <summary>The guests' networks.</summary>
    public ImmutableArray<GuestNetwork> GuestNetworks { get; private init; } = [];

    /// <summary>What could not be read of the files that are there.</summary>
    public ImmutableArray<Problem> Problems { get; private init; } = [];

    /// <summary>What the answers need and the snapshot does not have, or has in part, with the reason, by file name.</summary>
    public ImmutableSortedDictionary<string, string> Missing { get; private init; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Of <see cref="Missing"/> and <see cref="Problems"/>, what the answers need: without it what is called closed may be open.</summary>
    public IEnumerable<Problem> Gaps =>
    [
        .. Missing.Where(pair => Snapshot.Text(pair.Key) is null && Needed.Contains(pair.Key) && !IsUsual(pair.Key)).Select(static pair => new Problem($"{pair.Key} is missing ({pair.Value})")),
        .. Full.Where(name => Snapshot.Text(name) is { } text && string.IsNullOrWhiteSpace(text)).Select(static name => new Problem("is empty", name)),
        .. Problems.Where(static problem => problem.On is { } file && Needed.Contains(file)),
    ];

    /// <summary><c>nft -a list ruleset</c>; null: not there.</summary>
    public string? NftText => Snapshot.Text(SnapshotNames.NftText);

    /// <summary><c>nft -j list ruleset</c>; null: not there.</summary>
    public string? NftJson => Snapshot.Text(SnapshotNames.NftJson);

    /// <summary><c>iptables-save</c>; null: not there.</summary>
    public string? IptablesSave => Snapshot.Text(SnapshotNames.Iptables);

    /// <summary><c>ip6tables-save</c>; null: not there.</summary>
    public string? Ip6tablesSave => Snapshot.Text(SnapshotNames.Ip6tables);

    /// <summary><c>iptables-legacy-save</c>; null: not there.</summary>
    public string? IptablesLegacySave => Snapshot.Text(SnapshotNames.IptablesLegacy);

    /// <summary><c>ip6tables-legacy-save</c>; null: not there.</summary>
    public string? Ip6tablesLegacySave => Snapshot.Text(SnapshotNames.Ip6tablesLegacy);

    /// <summary><c>ipset save</c>; null: not there.</summary>
    public string? IpsetSave => Snapshot.Text(SnapshotNames.Ipset);

    /// <summary>Reads all of it; never fails as a whole.</summary>
    public static HostFacts Read(Snapshot snapshot)
    {
        List<Problem> problems = [];
        ImmutableArray<GuestNetwork> networks = GuestReader.Networks(snapshot, problems);
        ImmutableArray<Neighbour> neighbours = NeighbourReader.Neighbours(snapshot, problems);
        ListenersDocument sockets = ReadListeners(snapshot, problems);
        ImmutableArray<Listener> listeners = sockets.Listeners;
        return new HostFacts(snapshot)
        {
            Meta = ReadMeta(snapshot, problems),
            Network = HostNetworkReader.Read(snapshot, problems) with
            {
                Neighbours = neighbours,
                ForwardingEntries = NeighbourReader.Learned(snapshot, problems),
                Sockets = snapshot.Text(SnapshotNames.Listeners) is null ? null : [.. ListenerSockets.Of(listeners.Where(static listener => listener.Namespace is null))],
            },
            Listeners = [.. listeners.Where(static listener => listener.Namespace is null)],
            ForeignListeners = [.. listeners.Where(static listener => listener.Namespace is not null)],
            Namespaces = [.. sockets.Namespaces ?? []],
            GuestNetworks = networks,
            Guests = GuestReader.Guests(snapshot, networks, neighbours, problems),
            Missing = snapshot.Missing.AddRange(
                Lacking(snapshot).Where(name => snapshot.Text(name) is null && !snapshot.Missing.ContainsKey(name))
                    .Select(static name => KeyValuePair.Create(name, "the snapshot has no such file"))),
            Problems = [.. problems],
        };
    }

    /// <summary>The zones of this host: the policy's, or guesses where it has none.</summary>
    public ZoneMap Zones(ImmutableArray<ZonePolicy> policy) => ZoneMap.Of(policy, this);

    // Without rules of routing the usual three are taken, which most hosts have.
    private static bool IsUsual(string name) => name is SnapshotNames.Rules or SnapshotNames.Rules6;

    // The rules in either form are enough.
    private static IEnumerable<string> Lacking(Snapshot snapshot) =>
        snapshot.Text(SnapshotNames.NftJson) is null ? Needed.Prepend(SnapshotNames.NftText) : Needed;

    private static SnapshotMeta ReadMeta(Snapshot snapshot, List<Problem> problems)
    {
        if (snapshot.Text(SnapshotNames.Meta) is not string text)
        {
            return new SnapshotMeta();
        }

        if (SnapshotMetaText.Read(text).TryGet(out SnapshotMeta? meta, out Problem? problem))
        {
            return meta;
        }

        problems.Add(problem);
        return new SnapshotMeta();
    }

    private static ListenersDocument ReadListeners(Snapshot snapshot, List<Problem> problems)
    {
        if (snapshot.Text(SnapshotNames.Listeners) is not string text)
        {
            return new ListenersDocument(1, []);
        }

        if (ListenersText.ReadAll(text).TryGet(out ListenersDocument? document, out Problem? problem))
        {
            return document;
        }

        problems.Add(problem);
        return new ListenersDocument(1, []);
    }
}
