using Virtward.Core.Net;
using Virtward.Exposure.PacketSets;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Evaluation;

/// <summary>What expressions are worth for the packets of a state.</summary>
internal sealed class ExpressionReader(Room room, FieldReader fields, World world)
{
    /// <summary>An expression's value.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="state">The packets.</param>
    /// <param name="chain">The chain that it stands in.</param>
    /// <param name="defined">The packets for which it has a value; the rule does not match the others.</param>
    public BitValue Read(Expression expression, PacketState state, CompiledChain chain, out int defined)
    {
        defined = BddManager.True;
        switch (expression)
        {
            case NumberExpression number:
                return BitValue.Of(number.Value, 128);
            case FieldExpression { Field: var asked } when SocketLookup.Reads(asked)
                && room.Sockets.Read(asked, state, fields.Hook is Rulesets.Hook.Prerouting or Rulesets.Hook.Input, out defined) is { } told:
                return told;
            case FieldExpression field:
                return Or(fields.Read(field.Field, state), ref defined);
            case BareIcmpExpression bare:
                return Or(state.Protocol == bare.Protocol ? state[bare.Slot] : null, ref defined);
            case RawPayloadExpression raw:
                return Or(fields.ReadRaw(raw, state), ref defined);
            case CtTupleExpression tuple:
                return Or(ReadTuple(tuple, state), ref defined);
            case BinaryExpression binary:
                return Combine(binary, state, chain, ref defined);
            case ConcatExpression concat:
                return concat.Parts.IsEmpty ? Or(null, ref defined) : Read(concat.Parts[0], state, chain, out defined);
            case MapExpression map:
                BitValue[] parts = ReadMap(map, state, chain, out defined);
                return parts.Length == 0 ? Or(null, ref defined) : parts[0];
            case FibExpression fib:
                return Or(ReadFib(fib, state), ref defined);
            case HeaderExpression header:
                return ReadHeader(header, state, ref defined);
            case NumgenExpression numgen:
                return world.Generate(numgen, state);
            case LuckExpression luck:
                return Within(luck.What, VariableKind.Luck, 0, 1, 1);
            case HashExpression hash:
                return Within($"{hash.Text}: nobody can foresee it", VariableKind.Unknown, hash.Offset, (UInt128)hash.Offset + Math.Max(hash.Modulus, 1) - 1, 32);
            case RangeExpression range:
                return Within($"one of {range.Range.First}-{range.Range.Last}", VariableKind.Luck, range.Range.First, range.Range.Last, 128);
            case OpaqueExpression opaque:
                room.Note($"not interpreted: {opaque.Text}");
                return room.Variables.Vector(VariableKind.Unknown, $"{opaque.Text} #{state.Generation}", 128);
            default:
                room.Note($"not interpreted: {expression}");
                return room.Variables.Vector(VariableKind.Unknown, $"{expression} #{state.Generation}", 128);
        }
    }

    /// <summary>The fields of a value, several where it is a concatenation.</summary>
    public BitValue[] ReadParts(Expression expression, PacketState state, CompiledChain chain, out int defined)
    {
        switch (expression)
        {
            case ConcatExpression concat:
                var parts = new BitValue[concat.Parts.Length];
                defined = BddManager.True;
                for (int part = 0; part < parts.Length; part++)
                {
                    parts[part] = Read(concat.Parts[part], state, chain, out int here);
                    defined = room.Manager.And(defined, here);
                }

                return parts;
            case MapExpression map:
                return ReadMap(map, state, chain, out defined);
            default:
                return [Read(expression, state, chain, out defined)];
        }
    }

    /// <summary>A value that is drawn from an interval by somebody.</summary>
    public BitValue Within(string what, VariableKind kind, UInt128 first, UInt128 last, int width)
    {
        if (first >= last)
        {
            return BitValue.Of(first, width);
        }

        room.Note(what);
        int open = 128 - (int)UInt128.LeadingZeroCount(first ^ last);
        BitValue drawn = room.Variables.Vector(kind, what, open);
        UInt128 above = open == 128 ? 0 : first >> open << open;
        var bits = new int[width];
        for (int bit = 0; bit < width; bit++)
        {
            int from = bit - (width - open);
            bits[bit] = from >= 0 ? drawn.Bit(from) : (above >> (width - 1 - bit) & 1) != 0 ? BddManager.True : BddManager.False;
        }

        // What lies outside stands for the first: then every value of the variables is one that can be drawn.
        var value = BitValue.Of(bits);
        return room.Sets.Choose(room.Sets.InRange(value, first, last), value, BitValue.Of(first, width));
    }

    private static BitValue Or(BitValue? value, ref int defined)
    {
        if (value is { } there)
        {
            return there;
        }

        defined = BddManager.False;
        return BitValue.Of(0, 1);
    }

    private BitValue Combine(BinaryExpression binary, PacketState state, CompiledChain chain, ref int defined)
    {
        BitValue left = Read(binary.Left, state, chain, out int leftDefined);
        BitValue right = Read(binary.Right, state, chain, out int rightDefined);
        defined = room.Manager.And(leftDefined, rightDefined);
        if (binary.Operator is BinaryOperator.ShiftLeft or BinaryOperator.ShiftRight)
        {
            return Shift(left, right, binary.Operator == BinaryOperator.ShiftLeft);
        }

        int width = binary.Left is NumberExpression ? right.Width : binary.Right is NumberExpression ? left.Width : Math.Max(left.Width, right.Width);
        left = left.Resize(width);
        right = right.Resize(width);
        if (left.IsNumber && right.IsNumber)
        {
            return BitValue.Of(binary.Operator switch
            {
                BinaryOperator.And => left.Number & right.Number,
                BinaryOperator.Or => left.Number | right.Number,
                _ => left.Number ^ right.Number,
            }, width);
        }

        var bits = new int[width];
        for (int bit = 0; bit < width; bit++)
        {
            int a = left.Bit(bit);
            int b = right.Bit(bit);
            bits[bit] = binary.Operator switch
            {
                BinaryOperator.And => room.Manager.And(a, b),
                BinaryOperator.Or => room.Manager.Or(a, b),
                _ => room.Manager.Xor(a, b),
            };
        }

        return BitValue.Of(bits);
    }

    private BitValue Shift(in BitValue value, in BitValue by, bool left)
    {
        if (!by.IsNumber)
        {
            room.Note("not interpreted: a shift by a field");
            return room.Variables.Vector(VariableKind.Unknown, "a shift by a field", value.Width);
        }

        int count = (int)UInt128.Min(by.Number, 128);
        var bits = new int[value.Width];
        for (int bit = 0; bit < bits.Length; bit++)
        {
            int from = left ? bit + count : bit - count;
            bits[bit] = from >= 0 && from < bits.Length ? value.Bit(from) : BddManager.False;
        }

        return BitValue.Of(bits);
    }

    private BitValue[] ReadMap(MapExpression map, PacketState state, CompiledChain chain, out int defined)
    {
        BitValue[] key = ReadParts(map.Key, state, chain, out int keyDefined);
        defined = BddManager.False;
        if (CompiledRuleset.SetOf(map.Map, chain) is not { } index)
        {
            return [];
        }

        BitValue[] result = [];
        int any = BddManager.False;
        string keyText = index.Name.Length > 0 ? KeyTexts.Of(map.Key) : "";
        foreach ((int set, MapData? yielded) in world.LookUp(index, key, keyText, state))
        {
            MapData? data = yielded;
            if (data is null && !index.Contents.Data.IsDefaultOrEmpty)
            {
                // In the map by luck or by an element that was not interpreted: what it yields is unknown.
                data = new ValueData([new ValueRange(0, UInt128.MaxValue), new ValueRange(0, ushort.MaxValue)]);
            }

            if (data is not ValueData { Parts: var parts } || parts.IsEmpty)
            {
                continue;
            }

            int here = room.Manager.Minus(set, any);
            if (result.Length == 0)
            {
                result = new BitValue[parts.Length];
            }

            for (int part = 0; part < Math.Min(parts.Length, result.Length); part++)
            {
                BitValue value = Within(
                    $"which of {parts[part].First}-{parts[part].Last} is drawn", VariableKind.Luck, parts[part].First, parts[part].Last, 128);
                result[part] = any == BddManager.False ? value : room.Sets.Choose(here, value, result[part]);
            }

            any = room.Manager.Or(any, here);
        }

        defined = room.Manager.And(any, keyDefined);
        return result;
    }

    private static BitValue? ReadTuple(CtTupleExpression tuple, PacketState state)
    {
        if (state.Tracking is Tracking.Invalid or Tracking.Untracked)
        {
            return null;
        }

        bool v6Field = tuple.Field is PacketField.Ip6Saddr or PacketField.Ip6Daddr;
        switch (tuple.Field)
        {
            case PacketField.MetaL4Proto or PacketField.IpProtocol or PacketField.CtProtocol:
                return BitValue.Of((uint)(state.Connection?.Original.Protocol ?? state.Protocol), 8);
            case PacketField.MetaProtocol or PacketField.MetaNfProto or PacketField.CtL3Proto:
                return BitValue.Of(tuple.Field == PacketField.MetaProtocol ? (state.V6 ? 0x86ddu : 0x0800u) : state.V6 ? 10u : 2u, 16);
            case PacketField.IpSaddr or PacketField.IpDaddr or PacketField.Ip6Saddr or PacketField.Ip6Daddr when v6Field != state.V6:
                return null;
        }

        bool source = tuple.Field is PacketField.IpSaddr or PacketField.Ip6Saddr or PacketField.ThSport;
        bool address = tuple.Field is not (PacketField.ThSport or PacketField.ThDport);
        if ((state.Connection is { } flow ? (flow.Original, flow.Answer) : state.Carried) is var (original, answer))
        {
            FlowTuple known = tuple.Original ? original : answer;
            return address
                ? BitValue.Of(state.V6 ? (source ? known.Source : known.Destination).Value : (source ? known.Source : known.Destination).V4, state.V6 ? 128 : 32)
                : BitValue.Of((uint)(source ? known.SourcePort : known.DestinationPort), 16);
        }

        // The reply's tuple is the packet as it is now, turned around.
        return (tuple.Original, source, address) switch
        {
            (true, true, true) => state[Slot.OriginalSource],
            (true, false, true) => state[Slot.OriginalDestination],
            (true, true, false) => state[Slot.OriginalSourcePort],
            (true, false, false) => state[Slot.OriginalDestinationPort],
            (false, true, true) => state[Slot.DestinationAddress],
            (false, false, true) => state[Slot.SourceAddress],
            (false, true, false) => state[Slot.DestinationPort],
            (false, false, false) => state[Slot.SourcePort],
        };
    }

    private BitValue ReadHeader(HeaderExpression header, PacketState state, ref int defined)
    {
        // nft_exthdr.c: another family's headers end the rule; another protocol's options are missing.
        bool ip = header.Name.StartsWith("ip option", StringComparison.Ordinal);
        int protocol = header.Name.StartsWith("tcp", StringComparison.Ordinal) ? 6 : header.Name.StartsWith("sctp", StringComparison.Ordinal) ? 132
            : header.Name.StartsWith("dccp", StringComparison.Ordinal) ? 33 : 0;
        if (protocol == 0 && ip == state.V6)
        {
            defined = BddManager.False;
            return BitValue.Of(0, header.Width);
        }

        // A packet that is described says nothing of options: it has none.
        if (room.Variables.Given || (protocol != 0 && protocol != state.Protocol))
        {
            defined = header.Exists ? BddManager.True : BddManager.False;
            return BitValue.Of(0, header.Width);
        }

        string option = header.Exists ? header.Name : header.Name[..Math.Max(header.Name.LastIndexOf(' '), 0)];
        int there = room.Variables.Bit(VariableKind.Free, $"has {option}");
        if (header.Exists)
        {
            return BitValue.Of([there]);
        }

        defined = there;
        return room.Variables.Vector(VariableKind.Free, header.Name, Math.Clamp(header.Width, 1, 128));
    }

    // net/ipv4/netfilter/nft_fib_ipv4.c, net/ipv6/netfilter/nft_fib_ipv6.c
    private BitValue? ReadFib(FibExpression fib, PacketState state)
    {
        bool bySource = (fib.Key & FibKey.Saddr) != 0;
        BitValue address = state[bySource ? Slot.SourceAddress : Slot.DestinationAddress];
        BitValue other = state[bySource ? Slot.DestinationAddress : Slot.SourceAddress];
        NetworkInterface? device = (fib.Key & FibKey.Iif) != 0 ? state.In : (fib.Key & FibKey.Oif) != 0 ? state.Out : null;
        if (fib.Result == FibResult.Type)
        {
            return AddressType(address, device, state);
        }

        int width = fib.Result switch { FibResult.Exists => 1, _ => 128 };
        if (state.In is { } loopback && (loopback.Loopback || state.HeardBack) && fields.Hook is Rulesets.Hook.Prerouting or Rulesets.Hook.Ingress or Rulesets.Hook.Input)
        {
            return BitValue.Of(Device(loopback, fib.Result), width);
        }

        BitValue mark = (fib.Key & FibKey.Mark) != 0 ? state[Slot.Mark] : BitValue.Of(0, 32);
        string incoming = fields.Hook == Rulesets.Hook.Forward && (fib.Key & FibKey.Iif) != 0 && bySource && state.Out is { } leaving
            ? leaving.Name : room.Network.Loopback.Name;
        BitValue result = BitValue.Of(0, width);
        int ignored = BddManager.False;
        if (!state.V6)
        {
            // A source of 0.0.0.0 to a broadcast or local group: the device itself.
            int zero = room.Sets.Equal(state[Slot.SourceAddress], 0);
            int lan = room.Manager.Or(
                room.Sets.Equal(state[Slot.DestinationAddress], uint.MaxValue),
                room.Sets.InRange(state[Slot.DestinationAddress], 0xe000_0000, 0xe000_00ff));
            ignored = room.Manager.And(zero, lan);
            if (ignored != BddManager.False && state.In is { } own)
            {
                result = room.Sets.Choose(ignored, BitValue.Of(Device(own, fib.Result), width), result);
            }
        }

        int linkLocal = state.V6 ? room.Sets.InRange(address, LinkLocal.First.Value, LinkLocal.Last.Value) : BddManager.False;
        foreach ((int part, string? only) in (ReadOnlySpan<(int, string?)>)[(BddManager.Not(linkLocal), null), (linkLocal, (device ?? state.In)?.Name)])
        {
            int within = room.Manager.Minus(part, ignored);
            if (within == BddManager.False)
            {
                continue;
            }

            foreach ((int set, RouteHit hit) in room.Router.Find(state.V6, other, address, mark, incoming, only, within))
            {
                if (hit.Type is RouteType.Unicast or RouteType.Broadcast or RouteType.Multicast && room.Network.Find(hit.Device) is { } found
                    && (device is null || device.Name == found.Name))
                {
                    result = room.Sets.Choose(set, BitValue.Of(Device(found, fib.Result), width), result);
                }
            }
        }

        return result;
    }

    private static readonly Prefix LinkLocal = new(Address.Parse("fe80::"), 10);

    private static UInt128 Device(NetworkInterface device, FibResult result) => result switch
    {
        FibResult.Exists => 1,
        _ => InterfaceName.ToValue(device.Name),
    };

    private BitValue AddressType(BitValue address, NetworkInterface? device, PacketState state)
    {
        BitValue result = BitValue.Of((uint)RouteType.Unicast, 8);
        if (!state.V6)
        {
            // inet_dev_addr_type looks at the local table only (net/ipv4/fib_frontend.c).
            foreach ((int set, RouteHit hit) in room.Router.FindIn(Router.LocalTable, false, BitValue.Of(0, 32), address, BddManager.True))
            {
                if (hit.Type != RouteType.Unspecified && (device is null || hit.Device == device.Name))
                {
                    result = room.Sets.Choose(set, BitValue.Of((uint)hit.Type, 8), result);
                }
            }

            result = room.Sets.Choose(room.Sets.InRange(address, 0xe000_0000, 0xefff_ffff), BitValue.Of((uint)RouteType.Multicast, 8), result);
            int broadcast = room.Manager.Or(room.Sets.Equal(address, 0), room.Sets.Equal(address, uint.MaxValue));
            return room.Sets.Choose(broadcast, BitValue.Of((uint)RouteType.Broadcast, 8), result);
        }

        foreach ((int set, RouteHit hit) in room.Router.Find(
            true, BitValue.Of(0, 128), address, BitValue.Of(0, 32), room.Network.Loopback.Name, null, BddManager.True))
        {
            RouteType type = hit.Type == RouteType.Unspecified ? RouteType.Unreachable : hit.Type;
            type = type == RouteType.Local && device is not null && !Owns(device, address) ? RouteType.Unicast : type;
            result = room.Sets.Choose(set, BitValue.Of((uint)type, 8), result);
        }

        int group = room.Sets.InRange(address, UInt128.One * 0xff << 120, UInt128.MaxValue);
        return room.Sets.Choose(group, BitValue.Of((uint)RouteType.Multicast, 8), result);
    }

    private static bool Owns(NetworkInterface device, BitValue address) =>
        !address.IsNumber || device.Addresses.Any(own => own.Address.Value == address.Number);
}
