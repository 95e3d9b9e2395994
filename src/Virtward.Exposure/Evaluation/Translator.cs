using Virtward.Core.Net;
using Virtward.Exposure.PacketSets;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Evaluation;

/// <summary>Address translation (net/netfilter/nft_nat.c, nf_nat_core.c, nf_nat_redirect.c, nf_nat_masquerade.c).</summary>
internal sealed class Translator(Room room, FieldReader fields, ExpressionReader expressions, World world)
{
    /// <summary>The bit of <c>ct status</c> that says that the source was changed (IPS_SRC_NAT).</summary>
    public const int SourceChanged = 1 << 4;

    /// <summary>The bit that says that the destination was changed (IPS_DST_NAT).</summary>
    public const int DestinationChanged = 1 << 5;

    private int _identifiers;

    /// <summary>Whether a statement is about this family of packets.</summary>
    public bool Applies(NatStatement nat, PacketState state)
    {
        Family family = nat.Family ?? fields.Family;
        return family switch
        {
            Family.Ip => !state.V6,
            Family.Ip6 => state.V6,
            _ => state.V6 || nat.Address is not NumberExpression { Value: var address } || address <= uint.MaxValue,
        };
    }

    /// <summary>Changes the packets and binds their flow; the packets for which the new address has a value.</summary>
    /// <param name="nat">The statement.</param>
    /// <param name="state">The packets, which are changed.</param>
    /// <param name="chain">The chain that it stands in.</param>
    /// <param name="impossible">Why the packets are dropped instead; null: they are not.</param>
    public int Translate(NatStatement nat, PacketState state, CompiledChain chain, out string? impossible)
    {
        impossible = null;
        bool source = nat.Kind is NatKind.Source or NatKind.Masquerade;
        int defined = BddManager.True;
        BitValue? address = null;
        BitValue? port = null;
        if (nat.Kind == NatKind.Redirect)
        {
            address = RedirectTo(state, ref impossible);
        }
        else if (nat.Kind == NatKind.Masquerade)
        {
            // What has no address yet keeps none (nf_nat_masquerade_ipv4).
            address = MasqueradeAs(state, ref impossible) is { } own
                ? state.V6 ? own : room.Sets.Choose(room.Sets.Equal(state[Slot.SourceAddress], 0), state[Slot.SourceAddress], own) : null;
        }
        else if (nat is { Prefix: true, Address: RangeExpression { Range: var range } })
        {
            address = Keep(state[source ? Slot.SourceAddress : Slot.DestinationAddress], range.First, range.First ^ range.Last);
        }
        else if (nat.Address is { } wanted)
        {
            BitValue[] parts = expressions.ReadParts(wanted, state, chain, out defined);
            address = parts.Length > 0 ? parts[0] : null;
            port = parts.Length > 1 ? parts[1] : null;
        }

        if (nat.Port is { } wantedPort)
        {
            BitValue read = expressions.Read(wantedPort, state, chain, out int portDefined);
            defined = room.Manager.And(defined, portDefined);
            port = wantedPort is RangeExpression { Range: var ports } && !nat.Flags.Contains("random", StringComparison.Ordinal)
                ? KeepWithin(state[source ? Slot.SourcePort : Slot.DestinationPort], ports, read)
                : read;
        }

        if (impossible is null && defined != BddManager.False)
        {
            Bind(state, source, address, port);
        }

        return defined;
    }

    /// <summary>Decides a flow's source or destination, where it differs from what it is.</summary>
    public void Bind(PacketState state, bool source, BitValue? address, BitValue? port)
    {
        Slot addressSlot = source ? Slot.SourceAddress : Slot.DestinationAddress;
        Slot portSlot = source ? Slot.SourcePort : Slot.DestinationPort;
        int changed = BddManager.False;
        if (address is { } newAddress)
        {
            BitValue sized = newAddress.Resize(state.V6 ? 128 : 32);
            changed = BddManager.Not(room.Sets.Equal(state[addressSlot], sized));
            state.Set(addressSlot, sized);
        }

        if (port is { } newPort && state.HasPorts)
        {
            BitValue sized = newPort.Resize(16);
            changed = room.Manager.Or(changed, BddManager.Not(room.Sets.Equal(state[portSlot], sized)));
            state.Set(portSlot, sized);
        }

        if (source && port is null && (state.HasPorts || state.Protocol is 1 or 58) && world.IsTaken(state))
        {
            changed = BddManager.True;
            if (state.HasPorts)
            {
                (uint first, uint last) = Drawn(state[portSlot]);
                state.Set(portSlot, expressions.Within($"one of {first}-{last}: another flow has the port", VariableKind.Luck, first, last, 16));
            }
            else
            {
                state.Identifier = --_identifiers;
            }
        }

        // The bit is set only where the tuple changed (nf_nat_setup_info).
        int bit = source ? SourceChanged : DestinationChanged;
        BitValue status = state[Slot.FlowStatus];
        BitValue marked = Or(status, (uint)bit);
        state.Set(Slot.FlowStatus, room.Sets.Choose(changed, marked, status));
        state.Generation++;
        if (source)
        {
            state.SourceBound = true;
        }
        else
        {
            state.DestinationBound = true;
        }
    }

    // get_unique_tuple: a port that is in the range already stays.
    private BitValue KeepWithin(in BitValue port, ValueRange ports, in BitValue drawn) =>
        room.Sets.Choose(room.Sets.InRange(port, ports.First, ports.Last), port, drawn.Resize(16));

    // nf_nat_l4proto_unique_tuple: a low port stays low.
    private static (uint First, uint Last) Drawn(in BitValue port) => !port.IsNumber || port.Number >= 1024 ? (1024u, 65535u)
        : port.Number < 512 ? (1u, 511u) : (600u, 1023u);

    private static BitValue Or(in BitValue value, uint bits)
    {
        if (value.IsNumber)
        {
            return BitValue.Of(value.Number | bits, value.Width);
        }

        int[] copy = [.. value.Bits!];
        for (int bit = 0; bit < copy.Length; bit++)
        {
            copy[bit] = copy.Length - 1 - bit < 32 && (bits >> (copy.Length - 1 - bit) & 1) != 0 ? BddManager.True : copy[bit];
        }

        return BitValue.Of(copy);
    }

    private BitValue? RedirectTo(PacketState state, ref string? impossible)
    {
        if (fields.Hook == Hook.Output)
        {
            return state.V6 ? BitValue.Of(1, 128) : BitValue.Of(0x7f00_0001, 32);
        }

        // nf_nat_redirect_ipv6: to an address of less than global scope, one of that scope.
        int scope = state.V6 && state[Slot.DestinationAddress] is { IsNumber: true } wanted ? ScopeOf(wanted.Number) : 0;
        foreach (InterfaceAddress own in state.In?.Addresses ?? [])
        {
            if (own.Address.IsV4 != state.V6 && (scope == 0 || ScopeOf(own.Address.Value) == scope))
            {
                return Value(own.Address);
            }
        }

        impossible = $"redirect: {state.In?.Name} has no address";
        return null;
    }

    private BitValue? MasqueradeAs(PacketState state, ref string? impossible)
    {
        if (state.Out is { } device)
        {
            BitValue destination = state[Slot.DestinationAddress];
            // nf_nat_masquerade_ipv6 asks for the destination's sake, IPv4's for the next hop's.
            Address hop = (state.V6 && destination.IsNumber ? null : state.Route?.Gateway)
                ?? (destination.IsNumber ? ToAddress(destination, state.V6) : device.Addresses.FirstOrDefault(own => own.Address.IsV4 != state.V6)?.Address)
                ?? default;
            if (room.Network.SelectAddress(device, hop) is { } own)
            {
                return Value(own);
            }
        }

        impossible = $"masquerade: {state.Out?.Name} has no address";
        return null;
    }

    // ipv6_addr_scope: 1 the host, 2 the link, 5 the site; 0 anything wider.
    private static int ScopeOf(UInt128 address)
    {
        const int host = 1;
        const int link = 2;
        const int site = 5;
        int group = (int)(uint)(address >> 112) & 0xf;
        return (uint)(address >> 120) == 0xff ? (group is host or link or site ? group : 0)
            : address == 1 ? host : (uint)(address >> 118) switch { 0x3fa => link, 0x3fb => site, _ => 0 };
    }

    private static BitValue Keep(in BitValue old, UInt128 first, UInt128 hostBits)
    {
        var bits = new int[old.Width];
        for (int bit = 0; bit < bits.Length; bit++)
        {
            int place = old.Width - 1 - bit;
            bits[bit] = (hostBits >> place & 1) != 0 ? old.Bit(bit) : (first >> place & 1) != 0 ? BddManager.True : BddManager.False;
        }

        return BitValue.Of(bits);
    }

    private static BitValue Value(Address address) => address.IsV4 ? BitValue.Of(address.V4, 32) : BitValue.Of(address.Value, 128);

    private static Address ToAddress(in BitValue value, bool v6) =>
        v6 ? Address.FromValue(value.Number) : Address.FromV4((uint)value.Number);
}
