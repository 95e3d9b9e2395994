using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.Facts;
using Virtward.Exposure.Facts.Guests;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Paths;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Topology;
using Virtward.Exposure.Zones;

namespace Virtward.Exposure.Matrix;

/// <summary>Asks the engine who of each zone reaches each endpoint of a host.</summary>
public sealed class MatrixMaker
{
    private static readonly PrefixSet Everyone4 = PrefixSet.Of(Prefix.Parse("0.0.0.0/0"));
    private static readonly PrefixSet Everyone6 = PrefixSet.Of(Prefix.Parse("::/0"));

    private readonly HostFacts _facts;
    private readonly Ruleset _ruleset;
    private readonly ZoneMap _zones;
    private readonly DeclaredServices _services;
    private readonly ExposureEngine _engine;
    private readonly PrefixSet _own;
    private readonly ForeignDestinations _foreign;
    private readonly List<Problem> _notes = [];

    /// <summary>Prepares for a host.</summary>
    /// <param name="facts">The host.</param>
    /// <param name="ruleset">Its rules.</param>
    /// <param name="zones">Its zones.</param>
    /// <param name="services">What the policy says may be reached; null or empty: it says nothing.</param>
    /// <param name="engine">The host's engine, with these rules; null: one of its own.</param>
    public MatrixMaker(HostFacts facts, Ruleset ruleset, ZoneMap zones, ImmutableArray<ServicePolicy>? services = null, ExposureEngine? engine = null)
    {
        _facts = facts;
        _ruleset = ruleset;
        _zones = zones;
        _services = new DeclaredServices(services ?? []);
        _engine = engine ?? new ExposureEngine(ruleset, facts.Network);
        Paths = new PathFinder(_engine, facts.Network);
        _foreign = new ForeignDestinations(ruleset, facts.Network);
        _own = PrefixSet.Of(EndpointFinder.OwnAddresses(facts.Network).Select(static address => new Prefix(address)));
    }

    /// <summary>Asks about whole zones and networks.</summary>
    public PathFinder Paths { get; }

    /// <summary>The whole matrix.</summary>
    /// <param name="zone">Only this zone; null: all of them.</param>
    /// <param name="progress">Is told after each endpoint how many are done, of how many.</param>
    /// <param name="cancel">Gives up.</param>
    public ExposureReport Make(string? zone, Action<int, int> progress, CancellationToken cancel)
    {
        Zone[] asked = [.. _zones.Zones.Where(one => zone is null || one.Name == zone)];
        IReadOnlyList<(Endpoint Endpoint, Guest? Guest)> endpoints = Endpoints();
        ImmutableArray<Endpoint> destinations = Destinations();
        var rows = new List<ExposureRow>();
        var paths = new List<ExposureRow>();
        int all = endpoints.Count + destinations.Length;
        int done = 0;
        foreach ((Endpoint endpoint, Guest? guest) in endpoints)
        {
            cancel.ThrowIfCancellationRequested();
            ImmutableArray<Cell> cells = [.. asked.Select(one => Ask(endpoint, guest, one))];
            // What a rule of translation might forward, and nobody reaches as forwarded, is no endpoint.
            if (endpoint.Place != EndpointPlace.Published || cells.Any(static cell => cell.Concern != Concern.Closed))
            {
                rows.Add(new ExposureRow(Named(endpoint, cells), cells));
            }

            progress(++done, all);
        }

        foreach (Endpoint destination in destinations)
        {
            cancel.ThrowIfCancellationRequested();
            // Of thousands of rules for the host's ports, each listener's row tells those that matter: here it is what becomes of all others.
            int? rest = destination.Destination!.Name == Zone.Host && UnnamedPort.IsLarge(_ruleset) ? UnnamedPort.Of(_ruleset) : null;
            Zone[] from = zone is null ? [.. asked, TheHost] : asked;
            paths.Add(new ExposureRow(destination, [.. from.Where(one => Asks(one, destination)).Select(one => Ask(destination.Destination!, one, rest))]));
            progress(++done, all);
        }

        return new ExposureReport(_facts.Meta.Host.Length > 0 ? _facts.Meta.Host : "this host", [.. asked.Select(View)], Sorted(rows))
        {
            Paths = [.. paths],
            Guests = [.. _facts.Guests.Select(static guest => guest.Name)],
            Gaps = [.. _facts.Gaps],
            Notes = [.. Notes()],
        };
    }

    /// <summary>What can be asked about, each with the guest it belongs to: listeners, forwarded ports, guests.</summary>
    public IReadOnlyList<(Endpoint Endpoint, Guest? Guest)> Endpoints()
    {
        var endpoints = new List<(Endpoint Endpoint, Guest? Guest)>();
        endpoints.AddRange(EndpointFinder.Listeners(_facts).Select(static endpoint => (endpoint, (Guest?)null)));
        endpoints.AddRange(EndpointFinder.Published(_ruleset, _facts, out int more).Select(static endpoint => (endpoint, (Guest?)null)));
        endpoints.AddRange(EndpointFinder.Guests(_facts).Select(static pair => (pair.Endpoint, (Guest?)pair.Guest)));
        endpoints.AddRange(ContainerListeners.Endpoints(_facts).Select(static endpoint => (endpoint, (Guest?)null)));
        if (more > 0)
        {
            _notes.Add(new Problem($"{more} more forwarded ports were not asked about"));
        }

        return endpoints;
    }

    /// <summary>The host as a zone that packets come from: its own.</summary>
    public static Zone TheHost { get; } = new(Zone.Host, []);

    /// <summary>The zones as somewhere to get to, and the host itself.</summary>
    public ImmutableArray<Endpoint> Destinations() =>
    [
        .. Zones.Destinations.Of(_zones.Zones, _facts.Network).Select(static destination =>
            new Endpoint(EndpointPlace.Network, new Service(destination.Name, ServiceKind.Other), Endpoint.AnyProtocol, Endpoint.AllPorts) { Destination = destination }),
    ];

    /// <summary>Who of one zone reaches one endpoint.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="guest">The guest it belongs to; null: none.</param>
    /// <param name="zone">The zone.</param>
    public Cell Ask(Endpoint endpoint, Guest? guest, Zone zone)
    {
        if (endpoint.Destination is { } destination)
        {
            return Ask(destination, zone, null);
        }

        var tally = new SourceTally();
        foreach (ZoneEntry entry in zone.Entries)
        {
            if (!IsOwnWay(endpoint, guest, entry))
            {
                Ask(endpoint, guest, entry, tally);
            }
        }

        SourceSets sets = tally.Sum();
        string words = tally.Words(sets, _own);
        string place = endpoint.Place is EndpointPlace.Guest or EndpointPlace.Container ? ZoneOf(endpoint, guest) : Zone.Host;
        PortSet reached = endpoint.Ports.IsSingle ? PortSet.Of([endpoint.Ports]) : sets.OpenPorts;
        Concern concern = words == "nobody" ? Concern.Closed
            : _services.Of(zone.Name, place, [(endpoint.Protocol, reached)], !sets.Accepted.IsEmpty)
                ?? Expectation.Of(ZoneRoles.Of(zone.Name), endpoint.Service.Kind, endpoint.Place);
        return new Cell(zone.Name, sets, tally.Asked, concern, words)
        {
            By = tally.By,
            Via = tally.Via,
            Bridged = tally.Bridged,
            OpenPorts = endpoint.Ports.IsSingle || concern == Concern.Closed ? "" : $"{ProtocolNames.ToText(endpoint.Protocol)} {sets.OpenPorts.ToText(4)}",
        };
    }

    /// <summary>
    /// Whether a way is a question at all: a zone without a way in sends nothing, the host's own packets are asked about on their way out only, and who is trusted
    /// with the whole of a network needs no way to it through the host.
    /// </summary>
    public static bool Asks(Zone zone, Endpoint endpoint)
    {
        string? to = endpoint.Destination?.Name;
        return zone.Name == Zone.Host ? to is not (null or Zone.Host)
            : to is null || (!zone.Entries.IsEmpty && (to != zone.Name || ZoneRoles.Of(to) is ZoneRole.Internet or ZoneRole.Guests or ZoneRole.Containers));
    }

    // One address of the host instead of all: that on the zone's own link.
    private Destination Near(Destination host, Zone zone)
    {
        HashSet<string> links = [.. zone.Entries.Select(static entry => entry.Interface)];
        Prefix[] own = [.. EndpointFinder.OwnAddresses(_facts.Network).Select(static address => new Prefix(address)).Where(host.Networks.Contains)];
        Prefix[] near = [.. _facts.Network.Interfaces.Where(one => links.Contains(one.Name)).SelectMany(static one => one.Addresses)
            .Select(static one => new Prefix(one.Address)).Where(own.Contains)];
        return host with { Networks = PrefixSet.Of(near.Concat(own).GroupBy(static one => one.IsV4).Select(static family => family.First())) };
    }

    private Cell Ask(Destination destination, Zone zone, int? port)
    {
        PathAnswer answer = Paths.Ask(port is { } one
            ? new PathQuestion(zone.Entries, Near(destination, zone)) { Ports = Rulesets.Sets.ValueRange.Single((UInt128)one), Protocols = [ProtocolNames.Tcp, ProtocolNames.Udp] }
            : new PathQuestion(zone.Entries, destination));
        answer = port is null ? answer : answer with { Ports = [.. answer.Ports.Select(static open => open with { Ports = PortSet.All })] };
        Concern concern = !answer.IsOpen ? Concern.Closed
            : _services.Of(zone.Name, destination.Name, Transports(answer), !answer.Sets.Accepted.IsEmpty)
                ?? Expectation.OfPath(ZoneRoles.Of(zone.Name), ZoneRoles.Of(destination.Name), answer.Ports);
        return new Cell(zone.Name, answer.Sets, answer.Asked, concern, answer.Words)
        {
            OpenPorts = !answer.IsOpen ? "" : port is null ? PathWords.What(answer) : "every port that no rule names",
            By = answer.Via,
            Via = answer.Via,
            Ports = answer.Ports,
            Bridged = answer.Bridged,
        };
    }

    private void Ask(Endpoint endpoint, Guest? guest, ZoneEntry entry, SourceTally tally)
    {
        bool elsewhere = endpoint.BoundDevice is { } bound && bound != entry.Interface && bound != entry.Device && !IsInVrf(entry.Interface, bound);
        foreach (Address address in Ordered(endpoint, entry))
        {
            PrefixSet family = address.IsV4 ? Everyone4 : Everyone6;
            PrefixSet asked = entry.Sources is not null ? entry.Sources.Intersect(family) : entry.Others.IsEmpty ? family : family.Subtract(entry.Others);
            if (asked.IsEmpty || tally.IsFull(address, asked))
            {
                continue;
            }

            if (elsewhere)
            {
                tally.AddClosed(address, asked);
                continue;
            }

            var question = new Question(entry.Device, address, endpoint.Protocol, (int)endpoint.Ports.First)
            {
                Ports = endpoint.Ports.IsSingle ? null : endpoint.Ports,
                From = ReferenceEquals(asked, family) ? null : asked,
                Bridged = IsNeighbour(endpoint, guest, entry),
                Straight = endpoint.Place is EndpointPlace.Guest or EndpointPlace.Container,
                Arriving = endpoint.Behind,
                Takers = _foreign.HandsOver ? endpoint.Sockets : [],
            };
            tally.Add(question, entry.Interface, asked, Judged(endpoint, _engine.Ask(question)));
        }

        foreach (Question question in _foreign.Of(endpoint, entry.Device))
        {
            PrefixSet family = question.Destination.IsV4 ? Everyone4 : Everyone6;
            PrefixSet asked = entry.Sources is not null ? entry.Sources.Intersect(family) : family.Subtract(entry.Others);
            if (!elsewhere && !asked.IsEmpty && !tally.IsFull(question.Destination, asked))
            {
                tally.Add(question, entry.Interface, asked, _engine.Ask(question with { From = asked }));
            }
        }
    }

    // An answer about a forwarded port speaks of the host's own port too, where only some are translated: what arrives at the host is the listener's row.
    private static SourceSets Judged(Endpoint endpoint, SourceSets answer) =>
        endpoint.Place == EndpointPlace.Published && answer.Arrivals.All(static place => place == Tracer.Host)
            ? answer with { Accepted = PrefixSet.Empty, Limited = PrefixSet.Empty, Unproven = PrefixSet.Empty, OpenPorts = PortSet.Empty }
            : answer;

    // A socket that is bound to a VRF takes what comes in by any of the VRF's devices (inet_sk_bound_dev_eq, net/ipv4/inet_hashtables.c).
    private bool IsInVrf(string device, string vrf) => _facts.Network.Interfaces.Any(one => one.Name == device && one.Master == vrf)
        && _facts.Network.Interfaces.Any(one => one.Name == vrf && one.Kind == "vrf");

    // The address of the way in first: where it is open, the others need no question.
    private IEnumerable<Address> Ordered(Endpoint endpoint, ZoneEntry entry)
    {
        NetworkInterface? way = _facts.Network.Interfaces.FirstOrDefault(one => one.Name == entry.Interface);
        HashSet<Address> near = way is null ? [] : [.. way.Addresses.Select(static address => address.Address)];
        return endpoint.Addresses
            .Where(address => !EndpointFinder.IsLinkLocal(address) || near.Contains(address))
            .OrderByDescending(near.Contains);
    }

    // What comes in by the device that it stands behind, it has sent itself; by a bridge others may have.
    private bool IsOwnWay(Endpoint endpoint, Guest? guest, ZoneEntry entry) => guest is not null ? guest.Interfaces.Any(own => own.Target == entry.Device)
        : endpoint.Behind.Contains(entry.Device) && _facts.Network.Interfaces.Any(one => one.Name == entry.Device && one.Kind != "bridge");

    // A guest on the bridge that the zone's device is a port of is reached through the bridge, without the host's routing.
    private bool IsNeighbour(Endpoint endpoint, Guest? guest, ZoneEntry entry) => entry.Device != entry.Interface
        && _facts.Network.Interfaces.Any(one => one.Master == entry.Interface
            && (guest is null ? endpoint.Behind.Contains(one.Name) : guest.Interfaces.Any(own => own.Target == one.Name)));

    // That a ping passes as well is no service.
    private static IEnumerable<(int Protocol, PortSet Ports)> Transports(PathAnswer answer) =>
        answer.Ports.Where(static one => one.Protocol != ProtocolNames.Icmp).Select(static one => (one.Protocol, one.Ports));

    // The zone that a guest stands in: by its device, else by its address.
    private string ZoneOf(Endpoint endpoint, Guest? guest) => _zones.Zones.FirstOrDefault(zone => zone.Entries.Any(entry =>
            guest?.Interfaces.Any(own => own.Target == entry.Device) == true || (entry.Sources is { } sources && endpoint.Addresses.Any(sources.Contains))))?.Name
        ?? (endpoint.Place == EndpointPlace.Container ? Zone.Containers : Zone.Guests);

    private Endpoint Named(Endpoint endpoint, ImmutableArray<Cell> cells)
    {
        if (endpoint.Place != EndpointPlace.Published)
        {
            return endpoint;
        }

        string[] to = [.. cells.SelectMany(static cell => cell.Sets.Arrivals).Where(static place => place != Tracer.Host).Distinct()];
        string[] at =
        [
            .. cells.SelectMany(static cell => cell.Sets.Witnesses).Where(static witness => witness.Outcome is Outcome.Accept or Outcome.Limited && witness.Trace.To != Tracer.Host)
                .Select(witness => witness.Trace.Destination is { } address ? ContainerListeners.At(_facts, address, endpoint.Protocol, witness.Trace.DestinationPort) : null)
                .OfType<string>().Distinct(),
        ];
        string listener = string.Join("; ", at);
        return endpoint with
        {
            Owner = to.Length == 0 ? "" : $"to {string.Join(", ", to)}{(listener.Length == 0 ? "" : $": {listener}")}",
            Listener = listener,
        };
    }

    private static ImmutableArray<ExposureRow> Sorted(List<ExposureRow> rows) =>
    [
        .. rows.OrderByDescending(static row => row.Concern)
            .ThenByDescending(static row => row.Cells.Count(static cell => cell.Concern == Concern.Wrong))
            .ThenBy(static row => Weight(row.Endpoint.Service.Kind))
            .ThenBy(static row => row.Endpoint.Place)
            .ThenBy(static row => row.Endpoint.Ports.First)
            .ThenBy(static row => row.Endpoint.Owner, StringComparer.Ordinal),
    ];

    // Whoever reaches these has the host, or a guest's screen.
    private static int Weight(ServiceKind kind) => kind switch
    {
        ServiceKind.Libvirt or ServiceKind.Migration => 0,
        ServiceKind.Console => 1,
        ServiceKind.Panel => 2,
        ServiceKind.Ssh => 3,
        ServiceKind.Other => 4,
        ServiceKind.Dns or ServiceKind.Dhcp or ServiceKind.Discovery => 5,
        _ => 6,
    };

    private static ZoneView View(Zone zone) => new(
        zone.Name,
        ZoneRoles.Of(zone.Name),
        [.. zone.Entries.Select(static entry => entry.Device).Distinct()],
        zone.Entries.Any(static entry => entry.Sources is null) ? PrefixSet.Empty
            : zone.Entries.Aggregate(PrefixSet.Empty, static (all, entry) => all.Union(entry.Sources!)),
        zone.Guessed ? zone.Reason : null);

    // What only an audit looks at has no part in these answers.
    private static bool IsOfAudit(string file) =>
        file.StartsWith(SnapshotNames.Audit, StringComparison.Ordinal) || file.StartsWith(SnapshotNames.Root, StringComparison.Ordinal) || file == SnapshotNames.FileStates;

    private bool IsTold(string file) => _facts.Gaps.Any(gap => gap.What.StartsWith(file + " ", StringComparison.Ordinal));

    private IEnumerable<Problem> Notes() =>
    [
        .. _notes,
        .. _facts.Missing.Where(pair => !IsOfAudit(pair.Key) && !IsTold(pair.Key)).Select(static pair => new Problem($"{pair.Key} is missing or not whole: {pair.Value}")),
        .. _facts.Problems.Where(problem => !_facts.Gaps.Contains(problem)),
        .. ContainerListeners.Unreached(_facts),
        .. _ruleset.Notes,
        .. _zones.Notes.Select(static note => new Problem(note)),
        .. PortlessSockets.Told(_facts),
    ];
}
