using Virtward.Exposure.PacketSets;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Evaluation;

/// <summary>Reads fields of packets as nft's expressions do (net/netfilter/nft_meta.c, nft_payload.c, nft_ct.c).</summary>
internal sealed class FieldReader(Room room)
{
    private const int FragmentBits = 16;
    private const int Ethernet = 1;
    private const int LoopbackType = 772;

    /// <summary>The family whose chain is running.</summary>
    public Family Family { get; set; }

    /// <summary>The hook that is running.</summary>
    public Hook Hook { get; set; }

    /// <summary>A field's value; null where the packet has no such field, which ends the rule (NFT_BREAK).</summary>
    public BitValue? Read(PacketField field, PacketState state)
    {
        if (state.Overlay.Count > 0 && state.Overlay.TryGetValue(field, out BitValue set))
        {
            return set;
        }

        return field switch
        {
            <= PacketField.MetaHour => ReadMeta(field, state),
            <= PacketField.VlanType => ReadLink(field, state),
            <= PacketField.ArpDaddrEther => null,
            <= PacketField.IpDaddr => state.V6 ? null : Read4(field, state),
            <= PacketField.Ip6Daddr => state.V6 ? Read6(field, state) : null,
            <= PacketField.IgmpGroup => ReadIcmp(field, state),
            <= PacketField.CompCpi => ReadTransport(field, state),
            <= PacketField.CtProtocol => ReadTracking(field, state),
            _ => ReadSocket(field, state),
        };
    }

    /// <summary>The slot that a field stands in; null: none of its own.</summary>
    public static Slot? SlotOf(PacketField field) => field switch
    {
        PacketField.MetaMark => Slot.Mark,
        PacketField.MetaPriority => Slot.Priority,
        PacketField.EtherSaddr => Slot.SourceMac,
        PacketField.EtherDaddr => Slot.DestinationMac,
        PacketField.IpDscp or PacketField.Ip6Dscp => Slot.ServiceClass,
        PacketField.IpEcn or PacketField.Ip6Ecn => Slot.Congestion,
        PacketField.IpTtl or PacketField.Ip6HopLimit => Slot.TimeToLive,
        PacketField.IpSaddr or PacketField.Ip6Saddr => Slot.SourceAddress,
        PacketField.IpDaddr or PacketField.Ip6Daddr => Slot.DestinationAddress,
        PacketField.ThSport or PacketField.TcpSport or PacketField.UdpSport or PacketField.UdpliteSport or PacketField.SctpSport
            or PacketField.DccpSport => Slot.SourcePort,
        PacketField.ThDport or PacketField.TcpDport or PacketField.UdpDport or PacketField.UdpliteDport or PacketField.SctpDport
            or PacketField.DccpDport => Slot.DestinationPort,
        PacketField.TcpFlags => Slot.TcpFlags,
        PacketField.CtMark => Slot.FlowMark,
        _ => null,
    };

    /// <summary>Bits of a header, from where they stand.</summary>
    public BitValue? ReadRaw(RawPayloadExpression raw, PacketState state)
    {
        if (raw.Length is < 1 or > 128 || raw.Offset is < 0 or > 1 << 20)
        {
            return null;
        }

        IReadOnlyList<(PacketField? Field, int Width)> layout = Layouts.Of(raw.Base, state);
        var bits = new int[raw.Length];
        int filled = 0;
        int start = 0;
        foreach ((PacketField? field, int width) in layout)
        {
            int from = Math.Max(raw.Offset, start);
            int until = Math.Min(raw.Offset + raw.Length, start + width);
            if (from < until)
            {
                BitValue? value = field is { } known ? Read(known, state) : null;
                for (int bit = from; bit < until; bit++)
                {
                    bits[bit - raw.Offset] = value is { } there ? there.Resize(width).Bit(bit - start) : FreeBit(raw.Base, bit);
                    filled++;
                }
            }

            start += width;
        }

        for (int bit = Math.Max(raw.Offset, start); filled < raw.Length && bit < raw.Offset + raw.Length; bit++)
        {
            bits[bit - raw.Offset] = FreeBit(raw.Base, bit);
            filled++;
        }

        return BitValue.Of(bits);
    }

    private int FreeBit(PayloadBase from, int bit) => room.Variables.Bit(VariableKind.Free, $"@{from} bit {bit}");

    private BitValue? ReadMeta(PacketField field, PacketState state) => field switch
    {
        // Listings show the name of an index; a number is that of a device that is gone.
        PacketField.MetaIif or PacketField.MetaIifName => Name(In(state)),
        PacketField.MetaOif or PacketField.MetaOifName => Name(state.Out),
        // The kernel reads the type of the device that holds the packet, which is the outgoing one behind the routing decision.
        PacketField.MetaIifType => (Hook is Hook.Postrouting or Hook.Egress ? state.Out : state.In) is { } device ? BitValue.Of((uint)device.LinkType, 16) : null,
        PacketField.MetaOifType => state.Out is { } device ? BitValue.Of((uint)device.LinkType, 16) : null,
        PacketField.MetaIifGroup => In(state) is { } device ? BitValue.Of((uint)device.Group, 32) : null,
        PacketField.MetaOifGroup => state.Out is { } device ? BitValue.Of((uint)device.Group, 32) : null,
        PacketField.MetaIifKind => In(state) is { Kind.Length: > 0 } device ? BitValue.Of(InterfaceName.ToValue(device.Kind), 128) : null,
        PacketField.MetaOifKind => state.Out is { Kind.Length: > 0 } device ? BitValue.Of(InterfaceName.ToValue(device.Kind), 128) : null,
        PacketField.MetaIbrName => Name(room.Network.BridgeOf(In(state))),
        PacketField.MetaObrName => Name(room.Network.BridgeOf(state.Out)),
        PacketField.BridgeInPort => BitValue.Of(state.BridgeIn is { } port ? InterfaceName.ToValue(port.Name) : 0, 128),
        PacketField.BridgeOutPort => BitValue.Of(state.BridgeOut is { } port ? InterfaceName.ToValue(port.Name) : 0, 128),
        PacketField.MetaLength => state[Slot.Length],
        PacketField.MetaProtocol => BitValue.Of(state.V6 ? 0x86ddu : 0x0800u, 16),
        PacketField.MetaNfProto => BitValue.Of(Family == Family.Bridge ? 7u : Family == Family.Netdev ? 5u : state.V6 ? 10u : 2u, 8),
        PacketField.MetaL4Proto => BitValue.Of((uint)state.Protocol, 8),
        PacketField.MetaPktType when state.HeardBack => HeardBackType(state),
        PacketField.MetaPktType => BitValue.Of(IsForAnother(state) ? 3u : 0u, 8),
        PacketField.MetaMark => state[Slot.Mark],
        PacketField.MetaPriority => state[Slot.Priority],
        // Whoever sends from the host chooses it, as ports are chosen; of a packet that is given it is not known.
        PacketField.MetaSkUid or PacketField.MetaSkGid => !state.Own ? null : room.Variables.Given ? Unknown(field, 32) : Free(field, 32),
        PacketField.MetaCgroup => state.Own ? Unknown(field, 32) : null,
        PacketField.MetaSecPath => BitValue.Of(0, 8),
        PacketField.MetaNfTrace => BitValue.Of(0, 8),
        PacketField.MetaSdif => BitValue.Of(0, 128),
        PacketField.MetaSdifName => BitValue.Of(0, 128),
        PacketField.MetaRandom => Luck("a random number (meta random)", 32),
        PacketField.MetaCpu => Luck("the processor that takes the packet (meta cpu)", 32),
        PacketField.MetaTime => Luck("the time (meta time)", 64),
        PacketField.MetaDay => Luck("the day (meta day)", 8),
        PacketField.MetaHour => Luck("the hour (meta hour)", 32),
        _ => Unknown(field, 32),
    };

    // nf_hook_egress: nobody says there by which device it came in.
    private NetworkInterface? In(PacketState state) => Hook == Hook.Egress ? null : state.In;

    // nft_meta_get_eval_pkttype: of what the host hears of itself (PACKET_LOOPBACK) it is the destination that counts; bridges do not say.
    private BitValue? HeardBackType(PacketState state)
    {
        const uint broadcast = 1;
        const uint multicast = 2;
        bool group = state.V6 || (state[Slot.DestinationAddress].IsNumber && state[Slot.DestinationAddress].Number >> 28 == 0xe);
        return Family == Family.Bridge ? null : BitValue.Of(group ? multicast : broadcast, 8);
    }

    // A port of a bridge takes what is not for itself for another host's, until the bridge sees that it is for the host (eth_type_trans, br_handle_frame);
    // br_netfilter shows IP a frame for another host as one for this host.
    private bool IsForAnother(PacketState state) => Hook == Hook.Ingress && room.Network.BridgeOf(state.In) is not null
        ? state[Slot.DestinationMac] is not { IsNumber: true } mac || mac.Number != state.In!.Mac
        : state.Bridged && (Family is Family.Bridge or Family.Netdev || Hook == Hook.Ingress);

    private BitValue? ReadLink(PacketField field, PacketState state)
    {
        // IP's hooks see the header that the packet came in with, and nft asks there whether the device is an Ethernet (meta iiftype). What the host
        // makes gets its header only behind them; some devices have none at all.
        bool ip = Family is Family.Ip or Family.Ip6 || (Family == Family.Inet && Hook is not (Hook.Ingress or Hook.Egress));
        int type = (Hook is Hook.Postrouting or Hook.Egress ? state.Out ?? state.In : state.In ?? state.Out)?.LinkType ?? 0;
        if (ip ? type != Ethernet || state.Own || Hook == Hook.Output : Family != Family.Bridge && type is not (Ethernet or LoopbackType))
        {
            return null;
        }

        return field switch
        {
            PacketField.EtherSaddr => state[Slot.SourceMac],
            PacketField.EtherDaddr => state[Slot.DestinationMac],
            PacketField.EtherType => BitValue.Of(state.Vlan >= 0 ? 0x8100u : state.V6 ? 0x86ddu : 0x0800u, 16),
            _ when state.Vlan < 0 => null,
            PacketField.VlanId => BitValue.Of((uint)state.Vlan, 12),
            PacketField.VlanType => BitValue.Of(state.V6 ? 0x86ddu : 0x0800u, 16),
            PacketField.VlanDei => Free(field, 1),
            _ => Free(field, 3),
        };
    }

    private BitValue? Read4(PacketField field, PacketState state) => field switch
    {
        PacketField.IpVersion => BitValue.Of(4, 4),
        PacketField.IpHeaderLength => BitValue.Of(5, 4),
        PacketField.IpDscp => state[Slot.ServiceClass],
        PacketField.IpEcn => state[Slot.Congestion],
        PacketField.IpLength => state[Slot.Length],
        PacketField.IpFragOff => BitValue.Of(0, FragmentBits),
        PacketField.IpTtl => state[Slot.TimeToLive],
        PacketField.IpProtocol => BitValue.Of((uint)state.Protocol, 8),
        PacketField.IpSaddr => state[Slot.SourceAddress],
        PacketField.IpDaddr => state[Slot.DestinationAddress],
        _ => Free(field, 16),
    };

    private BitValue? Read6(PacketField field, PacketState state) => field switch
    {
        PacketField.Ip6Version => BitValue.Of(6, 4),
        PacketField.Ip6Dscp => state[Slot.ServiceClass],
        PacketField.Ip6Ecn => state[Slot.Congestion],
        PacketField.Ip6NextHeader => BitValue.Of((uint)state.Protocol, 8),
        PacketField.Ip6HopLimit => state[Slot.TimeToLive],
        PacketField.Ip6Saddr => state[Slot.SourceAddress],
        PacketField.Ip6Daddr => state[Slot.DestinationAddress],
        PacketField.Ip6FlowLabel => Free(field, 20),
        _ => state[Slot.Length] is { IsNumber: true } length ? BitValue.Of(length.Number - 40, 16) : Free(field, 16),
    };

    private BitValue? ReadIcmp(PacketField field, PacketState state)
    {
        // nft asks for the family, too, and does not list it; on bridges by the frame's type, which a tag hides.
        bool there = field <= PacketField.IcmpGateway ? state is { Protocol: 1, V6: false }
            : field < PacketField.IgmpType ? state is { Protocol: 58, V6: true } : state.Protocol == 2;
        there &= Family != Family.Bridge || state.Vlan < 0;
        return !there ? null : field switch
        {
            PacketField.IcmpType or PacketField.Icmp6Type => state[Slot.IcmpType],
            PacketField.IcmpCode or PacketField.Icmp6Code => state[Slot.IcmpCode],
            PacketField.IgmpType or PacketField.IgmpMrt => Free(field, 8),
            PacketField.IcmpGateway or PacketField.Icmp6Mtu or PacketField.Icmp6ParameterProblem or PacketField.IgmpGroup => Free(field, 32),
            PacketField.Icmp6Taddr or PacketField.Icmp6Daddr => Free(field, 128),
            _ => Free(field, 16),
        };
    }

    private BitValue? ReadTransport(PacketField field, PacketState state)
    {
        if (field is PacketField.ThSport or PacketField.ThDport && !state.HasPorts)
        {
            // The raw first bytes of whatever header it is (nft_payload.c).
            return field == PacketField.ThSport && state.Protocol is 1 or 58
                ? Join(state[Slot.IcmpType].Resize(8), state[Slot.IcmpCode].Resize(8)) : Free(field, 16);
        }

        int protocol = field switch
        {
            PacketField.ThSport or PacketField.ThDport => state.HasPorts ? state.Protocol : -1,
            <= PacketField.TcpUrgent => 6,
            <= PacketField.UdpChecksum => 17,
            <= PacketField.UdpliteChecksum => 136,
            <= PacketField.SctpChecksum => 132,
            <= PacketField.DccpType => 33,
            <= PacketField.AhSpi => 51,
            <= PacketField.EspSequence => 50,
            _ => 108,
        };
        if (protocol != state.Protocol)
        {
            return null;
        }

        return SlotOf(field) is { } slot ? state[slot] : field switch
        {
            PacketField.UdpLength when state[Slot.Length] is { IsNumber: true } length => BitValue.Of(length.Number - (state.V6 ? 40u : 20u), 16),
            PacketField.TcpSequence or PacketField.TcpAckSequence or PacketField.SctpVtag or PacketField.SctpChecksum or PacketField.AhSpi
                or PacketField.EspSpi or PacketField.EspSequence => Free(field, 32),
            PacketField.TcpDataOffset or PacketField.TcpReserved or PacketField.DccpType => Free(field, 4),
            PacketField.AhNextHeader or PacketField.CompNextHeader => Free(field, 8),
            _ => Free(field, 16),
        };
    }

    // Without a flow only the state has a value (nft_ct_get_eval): invalid, or untracked.
    private BitValue? ReadTracking(PacketField field, PacketState state)
    {
        if (field == PacketField.CtState)
        {
            return BitValue.Of((uint)state.Tracking, 32);
        }

        if (state.Tracking is Tracking.Invalid or Tracking.Untracked)
        {
            return null;
        }

        return field switch
        {
            PacketField.CtDirection => BitValue.Of(state.Reply ? 1u : 0u, 8),
            PacketField.CtStatus => state[Slot.FlowStatus],
            PacketField.CtMark => state[Slot.FlowMark],
            PacketField.CtLabel => BitValue.Of(0, 128),
            PacketField.CtZone => BitValue.Of(0, 16),
            PacketField.CtHelper => BitValue.Of(0, 128),
            PacketField.CtL3Proto => BitValue.Of(state.V6 ? 10u : 2u, 8),
            PacketField.CtProtocol => BitValue.Of((uint)(state.Connection?.Original.Protocol ?? state.Carried?.Original.Protocol ?? state.Protocol), 8),
            PacketField.CtSecMark => BitValue.Of(0, 32),
            PacketField.CtPackets => BitValue.Of(state.Tracking == Tracking.New ? 1u : 2u, 64),
            _ => Unknown(field, 64),
        };
    }

    private BitValue? ReadSocket(PacketField field, PacketState state) => field switch
    {
        PacketField.RtNextHop4 or PacketField.RtNextHop6 when state.Route is { } route && (field == PacketField.RtNextHop6) == state.V6 =>
            route.Gateway is { } gateway ? BitValue.Of(gateway.IsV4 ? gateway.V4 : gateway.Value, state.V6 ? 128 : 32) : state[Slot.DestinationAddress],
        PacketField.RtNextHop4 or PacketField.RtNextHop6 => null,
        PacketField.RtIpsec => BitValue.Of(0, 8),
        PacketField.RtClassId => BitValue.Of(0, 32),
        PacketField.SocketTransparent or PacketField.SocketWildcard or PacketField.SocketMark or PacketField.SocketCgroup => Unknown(field, 32),
        _ => Unknown(field, 32),
    };

    private static BitValue Join(in BitValue upper, in BitValue lower)
    {
        var bits = new int[upper.Width + lower.Width];
        for (int bit = 0; bit < bits.Length; bit++)
        {
            bits[bit] = bit < upper.Width ? upper.Bit(bit) : lower.Bit(bit - upper.Width);
        }

        return BitValue.Of(bits);
    }

    private static BitValue Name(NetworkInterface? device) =>
        BitValue.Of(device is null ? 0 : InterfaceName.ToValue(device.Name), 128);

    private BitValue Free(PacketField field, int width) => room.Variables.Vector(VariableKind.Free, field.ToString(), width);

    private BitValue Luck(string what, int width)
    {
        room.Note(what);
        return room.Variables.Vector(VariableKind.Luck, what, width);
    }

    private BitValue Unknown(PacketField field, int width)
    {
        string what = $"{field}: not known of a packet";
        room.Note(what);
        return room.Variables.Vector(VariableKind.Unknown, what, width);
    }
}
