using Virtward.Core.Net;
using Virtward.Exposure.PacketSets;

namespace Virtward.Exposure.Evaluation;

/// <summary>Translates later packets of a flow as its first one was, and answers back (nf_nat_packet, net/netfilter/nf_nat_core.c).</summary>
internal static class FlowTranslation
{
    /// <summary>Changes the destination, or the source, as the flow's two tuples say.</summary>
    public static void Apply(PacketState state, bool destination)
    {
        Connection flow = state.Connection!;
        FlowTuple inverse = state.Reply ? flow.Original : flow.Answer;
        bool source = !destination;
        int bit = (source != state.Reply) ? Translator.SourceChanged : Translator.DestinationChanged;
        if (flow.Status.IsNumber && (flow.Status.Number & (uint)bit) == 0)
        {
            return;
        }

        // The packet becomes the other direction's tuple, turned around.
        if (destination)
        {
            state.Set(Slot.DestinationAddress, Value(inverse.Source));
            state.Set(Slot.DestinationPort, Port(state, inverse.SourcePort, state[Slot.DestinationPort]));
            Identify(state, inverse);
        }
        else
        {
            state.Set(Slot.SourceAddress, Value(inverse.Destination));
            state.Set(Slot.SourcePort, flow.Drawn ?? Port(state, inverse.DestinationPort, state[Slot.SourcePort]));
            Identify(state, inverse);
        }
    }

    // icmp_manip_pkt: of an error only what it quotes is changed.
    private static void Identify(PacketState state, FlowTuple inverse)
    {
        if (state is { Protocol: 1 or 58, Tracking: not Tracking.Related })
        {
            state.Identifier = inverse.SourcePort;
        }
    }

    private static BitValue Value(Address address) => address.IsV4 ? BitValue.Of(address.V4, 32) : BitValue.Of(address.Value, 128);

    private static BitValue Port(PacketState state, int port, BitValue old) => state.HasPorts ? BitValue.Of((uint)port, 16) : old;
}
