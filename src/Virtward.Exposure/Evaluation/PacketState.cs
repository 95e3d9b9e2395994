using System.Collections.Immutable;
using Virtward.Exposure.Answers;
using Virtward.Exposure.PacketSets;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Evaluation;

/// <summary>Packets that are alike so far: which ones, and what they carry. Copied where their ways part.</summary>
internal sealed class PacketState
{
    private BitValue[] _slots = new BitValue[(int)Slot.Count];
    private bool _shared;

    /// <summary>Which packets.</summary>
    public int Condition { get; set; }

    /// <summary>IPv6, else IPv4.</summary>
    public required bool V6 { get; init; }

    /// <summary>The transport protocol's number.</summary>
    public required int Protocol { get; init; }

    /// <summary>Made by the host itself.</summary>
    public required bool Own { get; init; }

    /// <summary>The 802.1Q tag's VLAN that the frame carries now; negative: none.</summary>
    public int Vlan { get; set; } = -1;

    /// <summary>Addressed to a neighbour's hardware address.</summary>
    public bool Bridged { get; set; }

    /// <summary>A copy of what the host sends to many, on its way back to itself.</summary>
    public bool HeardBack { get; set; }

    /// <summary>The device it is said to have come in by, at this hook.</summary>
    public NetworkInterface? In { get; set; }

    /// <summary>The device it is said to leave by, at this hook.</summary>
    public NetworkInterface? Out { get; set; }

    /// <summary>Of what the host says: the only device that its first route may use; null: any.</summary>
    public string? OnlyBy { get; set; }

    /// <summary>What a chain of type route has found in those slots that routing hangs on; null: none runs.</summary>
    public BitValue[]? Remembered { get; set; }

    /// <summary>The route that was found for it.</summary>
    public RouteHit? Route { get; set; }

    /// <summary>What connection tracking says.</summary>
    public Tracking Tracking { get; set; } = Tracking.Invalid;

    /// <summary>Whether connection tracking has looked at it.</summary>
    public bool Tracked { get; set; }

    /// <summary>Whether it goes in the direction of the flow's answers.</summary>
    public bool Reply { get; set; }

    /// <summary>The flow that it belongs to, in a simulated life.</summary>
    public Connection? Connection { get; set; }

    /// <summary>
    /// Of what the host says about a packet: both tuples of that packet's flow, which need not be known yet; null: it carries no other's flow.
    /// </summary>
    public (FlowTuple Original, FlowTuple Answer)? Carried { get; set; }

    /// <summary>For an ICMP error, the packet that it is about; null: unknown.</summary>
    public FlowTuple? Quoted { get; set; }

    /// <summary>ICMP's identifier: 0 in all described packets; negative: drawn, each one of its own, where another flow has the answers' tuple.</summary>
    public int Identifier { get; set; }

    /// <summary>Whether the flow's destination has been decided (nf_nat_initialized).</summary>
    public bool DestinationBound { get; set; }

    /// <summary>Whether the flow's source has been decided.</summary>
    public bool SourceBound { get; set; }

    /// <summary>Goes up with each change of the packet, so that what an uninterpreted rule says of it may change.</summary>
    public int Generation { get; set; }

    /// <summary>Fields that rules have set and that no slot is for.</summary>
    public ImmutableDictionary<PacketField, BitValue> Overlay { get; set; } = ImmutableDictionary<PacketField, BitValue>.Empty;

    /// <summary>Sets that it has put its keys into, with the keys.</summary>
    public ImmutableHashSet<string> Added { get; set; } = [];

    /// <summary>ICMP's type and code of what its sender is told, where it is refused; type 0: it is not told, or otherwise.</summary>
    public (int Type, int Code) Refusal { get; set; }

    /// <summary>What decided so far, the last first; only where it is wanted.</summary>
    public ImmutableStack<Decision> Why { get; set; } = [];

    /// <summary>Whether it has passed IP's prerouting hooks while a bridge handled it (br_netfilter).</summary>
    public bool SeenByBridge { get; set; }

    /// <summary>The port by which it came to that bridge (nf_bridge_get_physindev): it is known for good, also behind routing.</summary>
    public NetworkInterface? BridgeIn { get; set; }

    /// <summary>The port by which it will leave that bridge, once it is known (nf_bridge_get_physoutdev).</summary>
    public NetworkInterface? BridgeOut { get; set; }

    /// <summary>What a slot holds.</summary>
    public ref readonly BitValue this[Slot slot] => ref _slots[(int)slot];

    /// <summary>Whether it has ports.</summary>
    public bool HasPorts => Protocol is 6 or 17 or 136 or 132 or 33;

    /// <summary>It has passed the last hook and still carries its flow, which is known by now (IPS_CONFIRMED).</summary>
    public void ConfirmFlow()
    {
        const uint confirmed = 8;
        if (Tracking is not (Tracking.Invalid or Tracking.Untracked) && this[Slot.FlowStatus] is { IsNumber: true } status)
        {
            Set(Slot.FlowStatus, BitValue.Of(status.Number | confirmed, status.Width));
        }
    }

    /// <summary>Changes a slot.</summary>
    public void Set(Slot slot, BitValue value)
    {
        if (_shared)
        {
            _slots = [.. _slots];
            _shared = false;
        }

        _slots[(int)slot] = value;
    }

    /// <summary>The same for other packets.</summary>
    public PacketState With(int condition)
    {
        _shared = true;
        var copy = (PacketState)MemberwiseClone();
        copy.Condition = condition;
        return copy;
    }

    /// <summary>Whether both differ in nothing but which packets they are.</summary>
    public bool SameAs(PacketState other)
    {
        if (Tracking != other.Tracking || Tracked != other.Tracked || Reply != other.Reply || Vlan != other.Vlan || Bridged != other.Bridged || HeardBack != other.HeardBack
            || Identifier != other.Identifier || DestinationBound != other.DestinationBound || SourceBound != other.SourceBound || Generation != other.Generation
            || !ReferenceEquals(In, other.In) || !ReferenceEquals(Out, other.Out) || SeenByBridge != other.SeenByBridge
            || !ReferenceEquals(BridgeIn, other.BridgeIn) || !ReferenceEquals(BridgeOut, other.BridgeOut)
            || !ReferenceEquals(Overlay, other.Overlay) || !ReferenceEquals(Added, other.Added) || !ReferenceEquals(Connection, other.Connection)
            || !ReferenceEquals(Remembered, other.Remembered) || !Equals(Route, other.Route) || !ReferenceEquals(Why, other.Why))
        {
            return false;
        }

        if (ReferenceEquals(_slots, other._slots))
        {
            return true;
        }

        for (int slot = 0; slot < _slots.Length; slot++)
        {
            if (!_slots[slot].SameAs(other._slots[slot]))
            {
                return false;
            }
        }

        return true;
    }
}
