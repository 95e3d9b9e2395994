using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.PacketSets;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Evaluation;

/// <summary>
/// Who can reach what: the exact sets of sources by outcome, from a ruleset and the host's network. Asks are independent of each other and may be in any
/// number; what they have in common is worked out once. Not for two threads at once.
/// </summary>
public sealed class ExposureEngine
{
    private const KindSet NotChosen = KindSet.Luck | KindSet.Unknown;
    private const KindSet Chosen = KindSet.Free | KindSet.Port | KindSet.Destination;
    private const KindSet Everything = Chosen | KindSet.Luck | KindSet.Unknown;
    private const KindSet AllButPorts = KindSet.Source | KindSet.Destination | KindSet.Free | KindSet.Luck | KindSet.Unknown;
    private const KindSet AllButDestinations = KindSet.Source | KindSet.Port | KindSet.Free | KindSet.Luck | KindSet.Unknown;

    private const int MaxKnown = 1024;

    // RFC 1918, RFC 6598, RFC 3927, RFC 4193: anybody's at home, nobody's on the Internet.
    private static readonly PrefixSet Private = PrefixSet.Of(
        new[] { "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "fc00::/7" }.Select(Prefix.Parse));

    private readonly Ruleset _ruleset;
    private readonly HostNetwork _network;
    private readonly ExposureLimits _limits;
    private readonly PortTwins _twins;
    private readonly Dictionary<Question, SourceSets> _known = [];
    private Room _room = null!;
    private SetSink _sink = null!;
    private Machine _machine = null!;
    private TraceSink _example = null!;
    private Machine _exampleMachine = null!;
    private SourceReader _sources = null!;

    /// <summary>An engine for one host at one moment.</summary>
    /// <param name="ruleset">All rules of the host.</param>
    /// <param name="network">Its network.</param>
    /// <param name="limits">How much one question may take; null: the usual.</param>
    public ExposureEngine(Ruleset ruleset, HostNetwork network, ExposureLimits? limits = null)
    {
        _ruleset = ruleset;
        _network = network;
        _limits = limits ?? ExposureLimits.Usual;
        _twins = new PortTwins(ruleset, network);
        Furnish();
    }

    /// <summary>
    /// The sources by what becomes of their packets. Where the rules are too many or too entangled to be worked out within the limits, all sources are
    /// <see cref="Outcome.Unproven"/>, and <see cref="SourceSets.DependsOn"/> says why.
    /// </summary>
    public SourceSets Ask(Question question)
    {
        if (_twins.Of(question) is not { } alike)
        {
            return AskAll([question]);
        }

        if (_known.TryGetValue(alike, out SourceSets? known))
        {
            return known with { Witnesses = [.. known.Witnesses.Select(one => one with { Packet = one.Packet with { Iif = question.Entry } })] };
        }

        SourceSets answer = AskAll([question]);
        if (_known.Count >= MaxKnown)
        {
            _known.Clear();
        }

        return _known[alike] = answer;
    }

    /// <summary>
    /// The same for several questions at once, of one family of addresses: a source counts by the most open outcome that any of them has for it. Worked out as one, which
    /// for large sets costs little more than one question alone; <see cref="SourceSets.PortsByQuestion"/> tells them apart.
    /// </summary>
    public SourceSets Ask(ImmutableArray<Question> questions)
    {
        var places = new Dictionary<Question, int>();
        int[] at = new int[questions.Length];
        ImmutableArray<Question>.Builder different = ImmutableArray.CreateBuilder<Question>();
        for (int question = 0; question < at.Length; question++)
        {
            Question asked = questions[question];
            if (!places.TryGetValue(_twins.Of(asked) ?? asked, out at[question]))
            {
                places[_twins.Of(asked) ?? asked] = at[question] = different.Count;
                different.Add(asked);
            }
        }

        if (different.Count == at.Length)
        {
            return AskAll(questions);
        }

        SourceSets answer = AskAll(different.ToImmutable());
        return answer with { PortsByQuestion = [.. at.Select(place => answer.PortsByQuestion[place])] };
    }

    private SourceSets AskAll(ImmutableArray<Question> questions)
    {
        if (_room.Manager.NodeCount > _limits.Nodes / 2)
        {
            Furnish();
        }

        bool v6 = !questions[0].Destination.IsV4;
        try
        {
            return Work(questions, v6);
        }
        catch (BudgetExceededException exceeded)
        {
            string reason = exceeded.Message;
            Furnish();
            PrefixSet every = PrefixSet.Of(new Prefix(v6 ? Address.FromValue(0) : Address.FromV4(0), 0));
            PrefixSet all = questions.Aggregate(PrefixSet.Empty, (known, one) => known.Union(one.From ?? every));
            return new SourceSets(PrefixSet.Empty, PrefixSet.Empty, all, PrefixSet.Empty, PrefixSet.Empty)
            {
                DependsOn = [reason],
                PortsByQuestion = [.. questions.Select(static one => one.Ports is { } ports ? PortSet.Of([ports]) : PortSet.Of([Rulesets.Sets.ValueRange.Single((UInt128)one.Port)]))],
            };
        }
    }

    /// <summary>How a set of an answer lies in another set of the same family, without making it: for sets of hundreds of thousands of intervals.</summary>
    public static SourceShape Measure(PrefixSet set, PrefixSet within)
    {
        if (set.Origin is SourceNode node)
        {
            try
            {
                return node.Measure(within);
            }
            catch (BudgetExceededException)
            {
                // The room is full: the set is made after all.
            }
        }

        PrefixSet inside = set.Intersect(within);
        PrefixSet outside = within.Subtract(set);
        double all = within.IsEmpty || within[0].IsV4 ? Math.Pow(2, 32) : Math.Pow(2, 128);
        return new SourceShape(inside.RangeCount, outside.RangeCount, inside.AddressCount / all, outside.AddressCount / all);
    }

    private SourceSets Work(ImmutableArray<Question> questions, bool v6)
    {
        BddManager manager = _room.Manager;
        _room.ClearNotes();
        _room.Recording = false;
        _room.Variables.Assignment = null;
        int asked = BddManager.False;
        var arrivals = new SortedSet<string>(StringComparer.Ordinal);
        var parts = new List<AskedPart>(questions.Length);
        foreach (Question question in questions)
        {
            AskedPart part = Send(question, v6, ref asked);
            parts.Add(part);
            arrivals.UnionWith(_sink.Arrivals);
        }

        int sure = BddManager.False;
        int lucky = BddManager.False;
        int arrived = BddManager.False;
        int refused = BddManager.False;
        foreach (AskedPart part in parts)
        {
            sure = manager.Or(sure, manager.ForAll(part.Arrived, NotChosen));
            lucky = manager.Or(lucky, manager.ForAll(manager.Exists(part.Arrived, KindSet.Luck), KindSet.Unknown));
            arrived = manager.Or(arrived, part.Arrived);
            refused = manager.Or(refused, part.Rejected);
        }

        int accepted = manager.Exists(sure, Chosen);
        int limited = manager.Minus(manager.Exists(lucky, Chosen), accepted);
        int any = manager.Exists(arrived, Everything);
        int unproven = manager.Minus(manager.Minus(any, accepted), limited);
        int rejected = manager.Minus(manager.Exists(refused, Everything), any);
        int dropped = manager.Minus(manager.Minus(asked, any), rejected);
        ImmutableArray<string> depends = [.. _room.Notes];
        var witnesses = ImmutableArray.CreateBuilder<Witness>();
        // Of a source that is dropped no packet arrives or is refused, and what arrives for sure is of one that is accepted: neither needs to be looked at again.
        AddWitness(witnesses, Outcome.Accept, parts, part => manager.ForAll(part.Arrived, NotChosen));
        AddWitness(witnesses, Outcome.Limited, parts, part => manager.And(part.Arrived, limited));
        AddWitness(witnesses, Outcome.Unproven, parts, part => manager.And(part.Arrived, unproven));
        AddWitness(witnesses, Outcome.Reject, parts, part => manager.And(part.Rejected, rejected));
        AddWitness(witnesses, Outcome.Drop, parts, part => manager.And(part.Sent, manager.And(dropped, part.Possible)));
        ImmutableArray<PortSet> ports = [.. parts.Select(part => Ports(part.Question, part.Arrived))];
        return new SourceSets(
            _sources.Read(accepted, v6), _sources.Read(limited, v6), _sources.Read(unproven, v6), _sources.Read(rejected, v6), _sources.Read(dropped, v6))
        {
            Arrivals = [.. arrivals],
            OpenPorts = ports.Aggregate(PortSet.Empty, static (all, one) => all.Union(one)),
            PortsByQuestion = ports,
            Destinations = Destinations(questions[0], arrived),
            DependsOn = depends,
            Witnesses = witnesses.DrainToImmutable(),
        };
    }

    private AskedPart Send(Question question, bool v6, ref int asked)
    {
        BddManager manager = _room.Manager;
        int sources = _sources.Write(question.From, v6);
        asked = manager.Or(asked, sources);
        _sink.Clear(question);
        NetworkInterface? device = question.Entry == Tracer.Host ? null : _room.Network.Find(question.Entry);
        if (device is null && question.Entry != Tracer.Host)
        {
            int unknown = manager.And(sources, _room.Unknown($"there is no interface {question.Entry}"));
            return new AskedPart(question, null, sources, BddManager.True, unknown, BddManager.False);
        }

        int possible = device is null ? manager.And(sources, OwnSources(v6)) : sources;
        int ports = question.Ports is { } range ? AskedPorts(range) : BddManager.True;
        int where = question.To is { } to ? _sources.Write(_room.Variables.Destination(v6), to, v6) : BddManager.True;
        int sent = manager.And(ports, where);
        _room.StepsLeft = _limits.Steps;
        Send(_machine, new PacketMaker(_room).MakeAll(question, device, manager.And(possible, sent)), device);
        return new AskedPart(question, device, possible, sent, _sink.Arrived, _sink.Rejected);
    }

    private int AskedPorts(Rulesets.Sets.ValueRange range)
    {
        BitValue port = _room.Variables.Vector(VariableKind.Port, Variables.DestinationPortKey, 16);
        _room.AskedPorts = range.First == 0 && range.Last >= ushort.MaxValue ? null : (port.Bits!, (uint)range.First, (uint)UInt128.Min(range.Last, ushort.MaxValue));
        return _room.Sets.InRange(port, range.First, range.Last);
    }

    private void AddWitness(ImmutableArray<Witness>.Builder witnesses, Outcome outcome, List<AskedPart> parts, Func<AskedPart, int> of)
    {
        foreach (AskedPart part in parts)
        {
            // Of a device that is not there nothing can be shown.
            if ((part.Device is not null || part.Question.Entry == Tracer.Host) && of(part) is not BddManager.False and var set)
            {
                AddWitness(witnesses, outcome, part.Question, part.Device, set);
                return;
            }
        }
    }

    private void AddWitness(ImmutableArray<Witness>.Builder witnesses, Outcome outcome, Question question, NetworkInterface? device, int set)
    {
        Variables variables = _room.Variables;
        bool v6 = !question.Destination.IsV4;
        BitValue source = v6 ? variables.Source6 : variables.Source4;
        int ordinary = v6
            ? _room.Sets.InRange(source, (UInt128)0x2000 << 112, ((UInt128)0xfe00 << 112) - 1)
            : _room.Manager.Or(_room.Sets.InRange(source, 0x0100_0000, 0x7eff_ffff), _room.Sets.InRange(source, 0x8000_0000, 0xdfff_ffff));
        // From the Internet's own addresses before those that anybody may use at home: what a stranger sends from says more.
        int usual = device is null ? ordinary : _room.Manager.Minus(ordinary, OwnSources(v6));
        int[] sources = [_room.Manager.Minus(usual, _sources.Write(Private, v6)), usual];
        int[] wishes =
        [
            .. question.To is null ? Array.Empty<int>() : [LastByte(variables.Destination(v6), 20, 20), LastByte(variables.Destination(v6), 2, 254)],
            .. question.Ports is null ? Array.Empty<int>() : [UsualPort(22), UsualPort(80), _room.Manager.Minus(BddManager.True, UsualPort(0))],
            _room.Sets.Equal(variables.Vector(VariableKind.Free, Variables.SourcePortKey, 16), Packet.DefaultSourcePort),
            _room.Sets.Equal(variables.Vector(VariableKind.Free, "ttl", 8), 64),
            _room.Sets.Equal(variables.Vector(VariableKind.Free, "smac", 48), 0),
            _room.Sets.Equal(variables.Vector(VariableKind.Free, "length", 16), 60),
        ];
        variables.Assignment = new Example(_room.Manager).Pick(set, v6 ? Variables.SourceBits : 32, sources, wishes);
        try
        {
            _room.Recording = true;
            // What this packet hangs on, not what others do.
            _room.ClearNotes();
            _example.Clear();
            var maker = new PacketMaker(_room);
            PacketState state = maker.MakeAll(question, device, BddManager.True);
            state.Set(Slot.SourceAddress, SourceOf(variables.Assignment, state.V6));
            Packet packet = maker.Describe(question, state);
            Send(_exampleMachine, state, device);
            Trace trace = _example.Read();
            witnesses.Add(new Witness(outcome, packet, trace with { Verdict = outcome }));
        }
        finally
        {
            variables.Assignment = null;
            _room.Recording = false;
        }
    }

    // Not a network's first or last address, where there is another.
    private int LastByte(in BitValue address, uint first, uint last) => _room.Sets.InRange(BitValue.Of(address.Bits![^8..]), first, last);

    private int UsualPort(int port) =>
        _room.Sets.Equal(_room.Variables.Vector(VariableKind.Port, Variables.DestinationPortKey, 16), (UInt128)port);

    private PortSet Ports(Question question, int arrived)
    {
        if (question.Ports is null)
        {
            return arrived == BddManager.False ? PortSet.Empty : PortSet.Of([Rulesets.Sets.ValueRange.Single((UInt128)question.Port)]);
        }

        BitValue port = _room.Variables.Vector(VariableKind.Port, Variables.DestinationPortKey, 16);
        return PortSet.Of(_room.Sets.Read(port, _room.Manager.Exists(arrived, AllButPorts)));
    }

    private PrefixSet Destinations(Question question, int arrived)
    {
        if (question.To is null)
        {
            return PrefixSet.Empty;
        }

        bool v6 = !question.Destination.IsV4;
        List<Rulesets.Sets.ValueRange> ranges = _room.Sets.Read(_room.Variables.Destination(v6), _room.Manager.Exists(arrived, AllButDestinations));
        return PrefixSet.OfRanges(ranges.Select(range => v6
            ? (Address.FromValue(range.First), Address.FromValue(range.Last))
            : (Address.FromV4((uint)range.First), Address.FromV4((uint)range.Last))));
    }

    private static BitValue SourceOf(bool[] example, bool v6)
    {
        int width = v6 ? 128 : 32;
        UInt128 number = 0;
        for (int bit = 0; bit < width; bit++)
        {
            number = (number << 1) | (example[bit] ? 1u : 0u);
        }

        return BitValue.Of(number, width);
    }

    private static void Send(Machine machine, PacketState state, NetworkInterface? device)
    {
        if (state.Condition == BddManager.False)
        {
            return;
        }

        if (device is null)
        {
            machine.Path.Send(state);
        }
        else
        {
            machine.Path.Enter(state, device);
        }
    }

    private int OwnSources(bool v6)
    {
        int own = BddManager.False;
        BitValue source = v6 ? _room.Variables.Source6 : _room.Variables.Source4;
        foreach ((int set, RouteHit hit) in _room.Router.FindIn(Router.LocalTable, v6, BitValue.Of(0, v6 ? 128 : 32), source, BddManager.True))
        {
            own = hit.Type == RouteType.Local ? _room.Manager.Or(own, set) : own;
        }

        return own;
    }

    private void Furnish()
    {
        _known.Clear();
        _room = new Room(new CompiledRuleset(_ruleset), _network, false, _limits.Nodes);
        _sink = new SetSink(_room);
        _example = new TraceSink(_room);
        var world = new World(_room);
        _machine = new Machine(_room, world, _sink);
        _exampleMachine = new Machine(_room, world, _example);
        _sources = new SourceReader(_room.Manager, _room.Variables);
    }
}
