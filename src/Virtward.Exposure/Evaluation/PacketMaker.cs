using Virtward.Core.Net;
using Virtward.Exposure.PacketSets;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Evaluation;

/// <summary>Packets as they meet the host: described ones, and all that somebody could send to an endpoint.</summary>
internal sealed class PacketMaker(Room room)
{
    private const int Tcp = 6;
    private const int Udp = 17;
    private const int Icmp = 1;
    private const int Icmp6 = 58;
    private const int Syn = 2;

    /// <summary>The packet of a description.</summary>
    public PacketState Make(Packet packet, NetworkInterface? device)
    {
        bool v6 = !packet.Destination.IsV4;
        PacketState state = Start(v6, packet.Protocol, device, packet.Bridged, packet.Destination);
        if (packet is { Bridged: true, DestinationMac: { } to })
        {
            state.Set(Slot.DestinationMac, BitValue.Of(to, 48));
        }

        state.Condition = BddManager.True;
        state.Vlan = packet.Vlan ?? -1;
        state.Set(Slot.SourceAddress, Value(packet.Source, v6));
        state.Set(Slot.DestinationAddress, Value(packet.Destination, v6));
        state.Set(Slot.SourcePort, BitValue.Of(state.HasPorts ? (uint)packet.SourcePort & 0xffff : 0, 16));
        state.Set(Slot.DestinationPort, BitValue.Of(state.HasPorts ? (uint)packet.DestinationPort & 0xffff : 0, 16));
        state.Set(Slot.TimeToLive, BitValue.Of((uint)packet.Ttl & 0xff, 8));
        state.Set(Slot.ServiceClass, BitValue.Of(0, 6));
        state.Set(Slot.Congestion, BitValue.Of(0, 2));
        state.Set(Slot.Length, BitValue.Of((v6 ? 40u : 20u) + packet.Protocol switch { Tcp => 20u, Udp or Icmp or Icmp6 => 8u, _ => 0u }, 32));
        state.Set(Slot.TcpFlags, BitValue.Of((uint)packet.TcpFlags & 0xff, 8));
        state.Set(Slot.IcmpType, BitValue.Of((uint)(packet.IcmpType ?? (packet.Protocol == Icmp6 ? 128 : 8)), 8));
        state.Set(Slot.IcmpCode, BitValue.Of(0, 8));
        state.Quoted = QuotedBy(packet);
        ulong mac = packet.SourceMac ?? room.Network.MacOf(packet.Source);
        state.Set(Slot.SourceMac, mac != 0 ? BitValue.Of(mac, 48) : room.Variables.Vector(VariableKind.Unknown, "the neighbour's hardware address", 48));
        return state;
    }

    // An error that is described after other packets is about the last of them.
    private static FlowTuple? QuotedBy(Packet packet)
    {
        bool error = packet.IcmpType is { } type && (packet.Protocol == Icmp6 ? type < 128
            : packet.Protocol == Icmp && (type is >= 3 and <= 5 || type is 11 or 12));
        if (!error || packet.Before.IsDefaultOrEmpty)
        {
            return null;
        }

        Packet about = packet.Before[^1];
        bool ports = about.Protocol is Tcp or Udp or 136 or 132 or 33;
        bool echo = about.Protocol is Icmp or Icmp6;
        return new FlowTuple(about.Protocol, about.Source, ports ? about.SourcePort : 0, about.Destination,
            ports ? about.DestinationPort : echo ? about.IcmpType ?? (about.Protocol == Icmp6 ? 128 : 8) : 0);
    }

    /// <summary>All packets that begin a flow to an endpoint, from the given sources.</summary>
    public PacketState MakeAll(Answers.Question question, NetworkInterface? device, int sources)
    {
        bool v6 = !question.Destination.IsV4;
        PacketState state = Start(v6, question.Protocol, device, question.Bridged, question.To is null ? question.Destination : null);
        Variables variables = room.Variables;
        state.Condition = sources;
        state.Set(Slot.SourceAddress, v6 ? variables.Source6 : variables.Source4);
        state.Set(Slot.DestinationAddress, question.To is null ? Value(question.Destination, v6) : variables.Destination(v6));
        state.Set(Slot.SourcePort, state.HasPorts ? variables.Vector(VariableKind.Free, Variables.SourcePortKey, 16) : BitValue.Of(0, 16));
        state.Set(Slot.DestinationPort, Port(question, state));
        state.Set(Slot.TimeToLive, variables.Vector(VariableKind.Free, "ttl", 8));
        state.Set(Slot.ServiceClass, variables.Vector(VariableKind.Free, "dscp", 6));
        state.Set(Slot.Congestion, variables.Vector(VariableKind.Free, "ecn", 2));
        state.Set(Slot.Length, variables.Vector(VariableKind.Free, "length", 16).Resize(32));
        state.Set(Slot.TcpFlags, BitValue.Of(Syn, 8));
        state.Set(Slot.IcmpType, BitValue.Of(question.Protocol == Icmp6 ? 128u : 8u, 8));
        state.Set(Slot.IcmpCode, BitValue.Of(0, 8));
        state.Set(Slot.SourceMac, variables.Vector(VariableKind.Free, "smac", 48));
        return state;
    }

    /// <summary>The host's own answer to a packet.</summary>
    public static PacketState Answer(PacketState to, int tcpFlags, int icmpType)
    {
        var state = new PacketState { V6 = to.V6, Protocol = to.Protocol, Own = true, Condition = BddManager.True, Identifier = to.Identifier };
        for (Slot slot = 0; slot < Slot.Count; slot++)
        {
            state.Set(slot, to[slot]);
        }

        state.Set(Slot.SourceAddress, to[Slot.DestinationAddress]);
        state.Set(Slot.DestinationAddress, to[Slot.SourceAddress]);
        state.Set(Slot.SourcePort, to[Slot.DestinationPort]);
        state.Set(Slot.DestinationPort, to[Slot.SourcePort]);
        state.Set(Slot.TimeToLive, BitValue.Of(64, 8));
        state.Set(Slot.Mark, BitValue.Of(0, 32));
        state.Set(Slot.TcpFlags, BitValue.Of((uint)tcpFlags, 8));
        state.Set(Slot.IcmpType, BitValue.Of((uint)icmpType, 8));
        state.Set(Slot.FlowStatus, BitValue.Of(0, 32));
        state.Set(Slot.Socket, BitValue.Of(0, 32));
        return state;
    }

    /// <summary>What a description says of an example, as a packet.</summary>
    public Packet Describe(Answers.Question question, PacketState state)
    {
        bool v6 = state.V6;
        UInt128 mac = state[Slot.SourceMac].Number;
        UInt128 source = state[Slot.SourceAddress].Number;
        UInt128 destination = state[Slot.DestinationAddress].Number;
        return new Packet
        {
            Iif = question.Entry,
            Source = v6 ? Address.FromValue(source) : Address.FromV4((uint)source),
            Destination = v6 ? Address.FromValue(destination) : Address.FromV4((uint)destination),
            Protocol = question.Protocol,
            SourcePort = (int)state[Slot.SourcePort].Number,
            DestinationPort = state.HasPorts ? (int)Port(question, state).Number : 0,
            Ttl = (int)state[Slot.TimeToLive].Number,
            Bridged = question.Bridged,
            SourceMac = mac == 0 ? null : (ulong)mac,
        };
    }

    // With an example at hand, the port is the example's.
    private BitValue Port(Answers.Question question, PacketState state) =>
        state.HasPorts && question.Ports is not null ? room.Variables.Vector(VariableKind.Port, Variables.DestinationPortKey, 16)
        : BitValue.Of(state.HasPorts ? (uint)question.Port & 0xffff : 0, 16);

    private PacketState Start(bool v6, int protocol, NetworkInterface? device, bool bridged, Address? destination)
    {
        var state = new PacketState { V6 = v6, Protocol = protocol, Own = device is null, Bridged = bridged };
        for (Slot slot = 0; slot < Slot.Count; slot++)
        {
            state.Set(slot, BitValue.Of(0, 32));
        }

        ulong own = (room.Network.BridgeOf(device) ?? device)?.Mac ?? 0;
        ulong other = bridged && destination is { } one ? room.Network.MacOf(one) : 0;
        state.Set(Slot.DestinationMac, !bridged ? BitValue.Of(own, 48)
            : other != 0 ? BitValue.Of(other, 48) : room.Variables.Vector(VariableKind.Unknown, "the neighbour's hardware address", 48));
        return state;
    }

    private static BitValue Value(Address address, bool v6) => v6 ? BitValue.Of(address.Value, 128) : BitValue.Of(address.V4, 32);
}
