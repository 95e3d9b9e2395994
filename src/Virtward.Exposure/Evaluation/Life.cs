using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.PacketSets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Evaluation;

/// <summary>
/// One life of a host, from its rules as listed: flows, buckets, counters and sets that packets fill. Time stands still: nothing refills and nothing
/// goes away.
/// </summary>
internal sealed class Life(Room room) : World(room)
{
    private const int MaxFlows = 200_000;
    private const int Icmp = 1;
    private const int Icmp6 = 58;

    /// <summary>The port of a tuple whose port was drawn.</summary>
    private const int NoPort = -1;

    private const int EchoReply = 0;
    private const int EchoRequest = 8;
    private const int EchoRequest6 = 128;
    private const int EchoReply6 = 129;

    private readonly Dictionary<FlowTuple, Connection> _flows = [];
    private readonly Dictionary<object, ulong> _tokens = [];
    private readonly Dictionary<object, ulong> _used = [];
    private readonly Dictionary<object, uint> _turns = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<object, Counted> _counted = [];
    private readonly Dictionary<(SetIndex Set, string Key), LivingElement> _elements = [];
    private long _tick;

    /// <summary>The next packet comes: what the host answers to it comes at the same time.</summary>
    public void Tick() => _tick++;

    /// <inheritdoc/>
    public override List<(int Set, MapData? Data)> LookUp(SetIndex index, BitValue[] key, string keyText, PacketState state)
    {
        if (!Array.TrueForAll(key, static part => part.IsNumber))
        {
            return base.LookUp(index, key, keyText, state);
        }

        string text = TextOf(key);
        MapData? data;
        ImmutableArray<Statement> statements = index.ElementStatements;
        if (_elements.TryGetValue((index, text), out LivingElement? living))
        {
            if (living.Removed)
            {
                return [];
            }

            data = living.Data;
            statements = living.Statements;
        }
        else
        {
            int group = index.Find(key);
            if (group < 0)
            {
                return Rest(index);
            }

            data = index.DataOf(group);
        }

        int match = BddManager.True;
        foreach (Statement statement in statements)
        {
            match = Room.Manager.And(match, Limit(statement, (index, statement, text), state, Each));
        }

        return [(match, data)];
    }

    /// <inheritdoc/>
    public override int Limit(Statement statement, object owner, PacketState state, string each = "")
    {
        ulong length = (ulong)state[Slot.Length].Number;
        object place = owner is Step ? owner : owner is Statement ? (typeof(Life), NumberOf(owner)) : owner;
        switch (statement)
        {
            case LimitStatement limit:
                Room.Note($"limit rate {(limit.Over ? "over " : "")}{limit.Text}{each}");
                return TakeToken(limit, place, length) != limit.Over ? BddManager.True : BddManager.False;
            case QuotaStatement quota:
                Room.Note($"quota {(quota.Over ? "over" : "until")} {quota.Bytes} bytes{each}");
                ulong used = _used.GetValueOrDefault(place, quota.Used) + length;
                _used[place] = used;
                return (used >= quota.Bytes) == quota.Over ? BddManager.True : BddManager.False;
            case ConnectionCountStatement count:
                Room.Note($"ct count {(count.Over ? "over " : "")}{count.Count}{each}");
                return (CountFlows(place, state) > count.Count) == count.Over ? BddManager.True : BddManager.False;
            default:
                return base.Limit(statement, owner, state, each);
        }
    }

    /// <inheritdoc/>
    public override BitValue Generate(NumgenExpression numgen, PacketState state)
    {
        if (numgen.Random)
        {
            return base.Generate(numgen, state);
        }

        // It begins with 0 (nft_ng_inc_init).
        Room.Note($"numgen inc mod {numgen.Modulus}");
        uint turn = _turns.GetValueOrDefault(numgen);
        _turns[numgen] = numgen.Modulus == 0 ? 0 : (turn + 1) % numgen.Modulus;
        return BitValue.Of(turn + numgen.Offset, 32);
    }

    /// <inheritdoc/>
    public override int Update(LookupStep step, SetUpdateStatement update, BitValue[] key, PacketState state)
    {
        if (step.Set is not { } set || !Array.TrueForAll(key, static part => part.IsNumber))
        {
            return base.Update(step, update, key, state);
        }

        string text = TextOf(key);
        if (update.Kind == SetUpdateKind.Delete)
        {
            _elements[(set, text)] = new LivingElement(null, true, []);
            return BddManager.True;
        }

        if (_elements.Count >= MaxFlows)
        {
            throw new BudgetExceededException("packets fill the sets too much");
        }

        // The element keeps the limits of the rule that made it, whichever rule comes upon it later (nft_dynset_eval).
        if (!_elements.TryGetValue((set, text), out LivingElement? living) || living.Removed)
        {
            ImmutableArray<Statement> own = [.. step.Statements.Select(static inner => inner.Statement)
                .Where(static inner => inner is LimitStatement or QuotaStatement or ConnectionCountStatement)];
            _elements[(set, text)] = living = new LivingElement(null, false, own.IsEmpty || set.Find(key) >= 0 ? set.ElementStatements : own);
        }

        int match = BddManager.True;
        foreach (Statement inner in living.Statements)
        {
            match = Room.Manager.And(match, Limit(inner, (set, inner, text), state, Each));
        }

        return match;
    }

    /// <inheritdoc/>
    public override void Track(PacketState state)
    {
        state.Tracked = true;
        if (TupleOf(state) is not { } tuple)
        {
            base.Track(state);
            return;
        }

        int flags = (int)(uint)state[Slot.TcpFlags].Number;
        if (state is { V6: true, Protocol: 58 } && (int)(uint)state[Slot.IcmpType].Number is (>= 130 and <= 137) or 143)
        {
            // Neighbour discovery and group membership (nf_conntrack_icmpv6_error).
            state.Tracking = Tracking.Untracked;
            return;
        }

        if (state.Quoted is { } quoted)
        {
            Relate(state, quoted);
            return;
        }

        if (_flows.TryGetValue(tuple, out Connection? flow) && !flow.Gone && Join(state, flow, tuple, flags))
        {
            if (flow.Drawn is not null)
            {
                Room.Note("one of several source ports, drawn when the flow began");
            }

            return;
        }

        bool begins = state.Protocol switch
        {
            6 => TcpTracking.Begin(flags, Room.Network.Sysctl("net.netfilter.nf_conntrack_tcp_loose", 1) != 0) is not null,
            1 => !state.V6 && (int)(uint)state[Slot.IcmpType].Number is EchoRequest or 13 or 15 or 17,
            58 => state.V6 && (int)(uint)state[Slot.IcmpType].Number is EchoRequest6 or 139,
            _ => true,
        };
        if (begins)
        {
            base.Track(state);
        }
    }

    /// <inheritdoc/>
    public override bool Confirm(PacketState state)
    {
        // A port that was drawn is nobody's: what comes back to it is not of any flow that is known here.
        BitValue port = state[Slot.SourcePort];
        bool drawn = !port.IsNumber;
        if (state.Tracking != Tracking.New || state.Connection is not null || TupleOf(state) is not { } now || _flows.Count >= MaxFlows)
        {
            return true;
        }

        FlowTuple original = OriginalOf(state, now);
        FlowTuple answer = Inverse(now);
        bool taken = IsTaken(answer, original);
        if (taken && !state.HasPorts && state.Protocol is not (Icmp or Icmp6))
        {
            return false;
        }

        if (_flows.TryGetValue(original, out Connection? same) && !same.Gone)
        {
            // The same packet, on another of several ways.
            state.Connection = same;
            return true;
        }

        var flow = new Connection
        {
            Original = original,
            Answer = answer,
            Status = BitValue.Of(state[Slot.FlowStatus].IsNumber ? state[Slot.FlowStatus].Number | 0x188 : 0x198, 32),
            Mark = state[Slot.FlowMark],
            Tcp = state.Protocol == 6 ? TcpTracking.Begin((int)(uint)state[Slot.TcpFlags].Number, true) ?? TcpState.None : TcpState.None,
            Drawn = drawn ? port : null,
        };
        _flows[original] = flow;
        if (!taken && !drawn)
        {
            _flows[answer] = flow;
        }

        state.Connection = flow;
        return true;
    }

    /// <inheritdoc/>
    public override bool IsTaken(PacketState state) =>
        state.Connection is null && TupleOf(state) is { } now && IsTaken(Inverse(now), OriginalOf(state, now));

    // nf_conntrack_tuple_taken: a flow of the same first tuple is this one.
    private bool IsTaken(FlowTuple answer, FlowTuple original) =>
        _flows.TryGetValue(answer, out Connection? other) && !other.Gone && other.Original != original;

    /// <summary>A reset was sent in a flow's name.</summary>
    public static void Close(PacketState state)
    {
        if (state is { Connection: { } flow, Protocol: 6 })
        {
            flow.Tcp = TcpState.Close;
        }
    }

    // nf_conntrack_inet_error: the quoted packet's answer names the flow, and the error must go to who sent the quoted packet.
    private void Relate(PacketState state, FlowTuple quoted)
    {
        FlowTuple answer = Inverse(quoted);
        if (!_flows.TryGetValue(answer, out Connection? flow) || flow.Gone || ToAddress(state, Slot.DestinationAddress) != answer.Destination)
        {
            return;
        }

        state.Connection = flow;
        state.Reply = flow.Answer == answer && flow.Original != answer;
        state.Tracking = Tracking.Related;
        state.Set(Slot.FlowMark, flow.Mark);
        state.Set(Slot.FlowStatus, flow.Status);
        state.DestinationBound = true;
        state.SourceBound = true;
    }

    private static FlowTuple Inverse(FlowTuple tuple) => tuple.Protocol is 1 or 58
        ? new FlowTuple(tuple.Protocol, tuple.Destination, tuple.SourcePort, tuple.Source, AnswerType(tuple.Protocol, tuple.DestinationPort))
        : new FlowTuple(tuple.Protocol, tuple.Destination, tuple.DestinationPort, tuple.Source, tuple.SourcePort);

    // False: the flow is over, and the packet may begin another.
    private static bool Join(PacketState state, Connection flow, FlowTuple tuple, int flags)
    {
        bool answer = flow.Answer == tuple && flow.Original != tuple;
        if (state.Protocol == 6)
        {
            if (TcpTracking.Continue(flow.Tcp, flags, answer) is not { } next)
            {
                return true;
            }

            if (next == TcpState.SynSent && flow.Tcp is TcpState.TimeWait or TcpState.Close)
            {
                if (flow.Closing || flow.ResetByAnswer == answer)
                {
                    flow.Gone = true;
                    return false;
                }

                // Of the flow, and nothing comes of it.
                next = flow.Tcp;
            }

            Follow(flow, next, flags, answer);
        }

        state.Connection = flow;
        state.Reply = answer;
        state.Tracking = answer || flow.Answered ? Tracking.Established : Tracking.New;
        flow.Answered |= answer;
        if (answer)
        {
            flow.Status = BitValue.Of(flow.Status.Number | 2, 32);
        }

        state.Set(Slot.FlowMark, flow.Mark);
        state.Set(Slot.FlowStatus, flow.Status);
        state.DestinationBound = true;
        state.SourceBound = true;
        return true;
    }

    // nf_conntrack_tcp_packet
    private static void Follow(Connection flow, TcpState next, int flags, bool answer)
    {
        bool reset = TcpTracking.IsReset(flags);
        flow.Closing |= next == TcpState.FinWait && flow.Tcp != TcpState.FinWait;
        flow.ResetByAnswer = reset ? answer : null;
        if (!flow.Answered && reset)
        {
            // A reset before any answer: the flow is forgotten at once; this packet is still of it.
            flow.Gone = true;
        }
        else if (flow.Answered && next == TcpState.Established && flow.Tcp is TcpState.SynReceived or TcpState.Established)
        {
            flow.Status = BitValue.Of(flow.Status.Number | Connection.AssuredBit, 32);
        }

        flow.Tcp = next;
    }

    private List<(int Set, MapData? Data)> Rest(SetIndex index)
    {
        int rest = BddManager.True;
        var found = new List<(int, MapData?)>();
        if (index.Contents.Opaque.Length > 0)
        {
            int there = Room.Unknown($"elements of the set {index.Name} that were not interpreted: {index.Contents.Opaque[0]}");
            found.Add((there, null));
            rest = BddManager.Not(there);
        }

        if (index.Contents.HasCatchAll || index.Contents.Default is not null)
        {
            found.Add((rest, index.Contents.Default));
        }

        return found;
    }

    // nft_limit_eval without time: the bucket begins full. A limit of bytes holds a second's rate more than its burst (nft_limit_init).
    private bool TakeToken(LimitStatement limit, object place, ulong length)
    {
        ulong full = limit.Bytes ? limit.Rate + limit.Burst : limit.Burst;
        ulong cost = limit.Bytes ? length : 1;
        ulong left = _tokens.GetValueOrDefault(place, full);
        if (left < cost)
        {
            _tokens[place] = left;
            return false;
        }

        _tokens[place] = left - cost;
        return true;
    }

    // get_ct_or_tuple_from_skb: the packet's own flow, be it known yet or not; a packet of none is looked up.
    private int CountFlows(object place, PacketState state)
    {
        if (!_counted.TryGetValue(place, out Counted? counted))
        {
            _counted[place] = counted = new Counted();
        }

        Connection? known = state.Connection;
        FlowTuple? flow = known?.Original ?? state.Carried?.Original ?? (state.Tracking == Tracking.New ? FlowOf(state)?.Original : null);
        if (flow is null && TupleOf(state) is { } now)
        {
            known = _flows.GetValueOrDefault(now) is { Gone: false } found ? found : null;
            flow = known?.Original ?? now;
        }

        return counted.Count(flow, known, _tick, one => _flows.GetValueOrDefault(one));
    }

    /// <summary>Both tuples of the flow that a packet is of, or begins; null where they are not all numbers.</summary>
    public static (FlowTuple Original, FlowTuple Answer)? FlowOf(PacketState state) => state.Connection is { } flow ? (flow.Original, flow.Answer)
        : TupleOf(state) is { } now ? (OriginalOf(state, now), Inverse(now)) : null;

    private static FlowTuple OriginalOf(PacketState state, FlowTuple now) => new(
        state.Protocol, ToAddress(state, Slot.OriginalSource), Port(state, Slot.OriginalSourcePort, 0),
        ToAddress(state, Slot.OriginalDestination), Port(state, Slot.OriginalDestinationPort, now.DestinationPort));

    /// <summary>The tuple of a packet as it is now; null where it is not all numbers.</summary>
    public static FlowTuple? TupleOf(PacketState state)
    {
        if (!state[Slot.SourceAddress].IsNumber || !state[Slot.DestinationAddress].IsNumber || !state[Slot.DestinationPort].IsNumber)
        {
            return null;
        }

        // ICMP: the type stands for the destination port.
        bool ports = state.HasPorts;
        int type = state.Protocol is 1 or 58 ? (int)(uint)state[Slot.IcmpType].Number : 0;
        return new FlowTuple(
            state.Protocol, ToAddress(state, Slot.SourceAddress), ports ? NumberIn(state[Slot.SourcePort]) : state.Identifier,
            ToAddress(state, Slot.DestinationAddress), ports ? (int)(uint)state[Slot.DestinationPort].Number : type);
    }

    private static int AnswerType(int protocol, int type) => (protocol, type) switch
    {
        (1, EchoRequest) => EchoReply,
        (1, EchoReply) => EchoRequest,
        (58, EchoRequest6) => EchoReply6,
        (58, EchoReply6) => EchoRequest6,
        (1 or 58, _) => type + 1,
        _ => type,
    };

    private static int NumberIn(in BitValue port) => port.IsNumber ? (int)(uint)port.Number : NoPort;

    private static int Port(PacketState state, Slot slot, int fallback) => state.HasPorts ? (int)(uint)state[slot].Number : fallback;

    private static Address ToAddress(PacketState state, Slot slot) =>
        state.V6 ? Address.FromValue(state[slot].Number) : Address.FromV4((uint)state[slot].Number);

    private static string TextOf(BitValue[] key) => string.Join('.', key.Select(static part => part.Number));

    private sealed record LivingElement(MapData? Data, bool Removed, ImmutableArray<Statement> Statements);
}
