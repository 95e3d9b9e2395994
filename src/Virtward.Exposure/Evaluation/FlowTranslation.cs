using Virtward.Core.Net;
using Virtward.Exposure.PacketSets;

namespace Virtward.Exposure.Evaluation;

/// <summary>
/// Translates later packets of a flow as its first one was, and answers back, also what the host says of a packet whose flow is not known yet
/// (nf_nat_packet, nf_nat_icmp_reply_translation, net/netfilter/nf_nat_core.c, nf_nat_proto.c).
/// </summary>
internal static class FlowTranslation
{
    private static readonly Slot[] Translated = [Slot.SourceAddress, Slot.SourcePort, Slot.DestinationAddress, Slot.DestinationPort];

    /// <summary>The rules have bound a flow that a packet carries, and which goes the other way: the packet itself stays as it was (nf_nat_setup_info).</summary>
    public static void Restore(PacketState state, PacketState before)
    {
        if (state.Carried is not null)
        {
            Array.ForEach(Translated, slot => state.Set(slot, before[slot]));
        }
    }

    /// <summary>Changes the destination, or the source, as the two tuples of the flow say that the packet is of, or carries; where it begins one, nothing.</summary>
    public static void Apply(PacketState state, bool destination)
    {
        Connection? known = state.Connection;
        if (known is null && state.Carried is null)
        {
            return;
        }

        (FlowTuple original, FlowTuple answer) = known is not null ? (known.Original, known.Answer) : state.Carried!.Value;
        BitValue status = known?.Status ?? state[Slot.FlowStatus];
        FlowTuple inverse = state.Reply ? original : answer;
        bool source = !destination;
        int bit = (source != state.Reply) ? Translator.SourceChanged : Translator.DestinationChanged;
        if (status.IsNumber && (status.Number & (uint)bit) == 0)
        {
            return;
        }

        // The packet becomes the other direction's tuple, turned around.
        if (destination)
        {
            state.Set(Slot.DestinationAddress, Value(inverse.Source));
            state.Set(Slot.DestinationPort, Port(state, inverse.SourcePort, state[Slot.DestinationPort]));
        }
        else
        {
            state.Set(Slot.SourceAddress, Value(inverse.Destination));
            state.Set(Slot.SourcePort, known?.Drawn ?? Port(state, inverse.DestinationPort, state[Slot.SourcePort]));
        }

        // icmp_manip_pkt: of an error only what it quotes is changed.
        if (state is { Protocol: 1 or 58, Tracking: not Tracking.Related })
        {
            state.Identifier = inverse.SourcePort;
        }
    }

    private static BitValue Value(Address address) => address.IsV4 ? BitValue.Of(address.V4, 32) : BitValue.Of(address.Value, 128);

    private static BitValue Port(PacketState state, int port, BitValue old) => state.HasPorts ? BitValue.Of((uint)port, 16) : old;
}
