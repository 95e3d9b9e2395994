using Virtward.Exposure.PacketSets;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Evaluation;

/// <summary>Where the host's own packets go (net/ipv4/route.c, net/ipv6/route.c: ip_route_output_key_hash_rcu, ip6_route_output_flags).</summary>
internal sealed class OwnRouting(Room room, PacketPath path, ISink sink)
{
    private static readonly Slot[] Routing4 = [Slot.SourceAddress, Slot.DestinationAddress, Slot.Mark, Slot.ServiceClass];
    private static readonly Slot[] Routing6 = [Slot.SourceAddress, Slot.DestinationAddress, Slot.Mark, Slot.ServiceClass, Slot.TimeToLive];

    /// <summary>Finds routes: the packets that have one.</summary>
    /// <param name="state">The packets.</param>
    /// <param name="by">The only device that the route may use; null: any.</param>
    public List<PacketState> Route(PacketState state, string? by = null)
    {
        var routed = new List<PacketState>();
        BitValue destination = state[Slot.DestinationAddress];
        if (!state.V6 && destination is { IsNumber: true } to && to.Number == 0)
        {
            // To 0.0.0.0: to the host itself.
            state.Route = new RouteHit(RouteType.Local, room.Network.Loopback.Name, null, null);
            return [state];
        }

        if (DeviceOfSource(state) is { } device)
        {
            state.Route = new RouteHit(RouteType.Multicast, device.Name, null, null);
            return [state];
        }

        string? link = by ?? (state.V6 && destination.IsNumber && IsLinkLocal(destination.Number) ? (state.Out ?? DeviceOf(state))?.Name : null);
        foreach ((int set, RouteHit hit) in room.Router.Find(
            state.V6, state[Slot.SourceAddress], destination, state[Slot.Mark], room.Network.Loopback.Name, link, state.Condition))
        {
            PacketState part = state.With(set);
            part.Route = hit;
            if (LeavesLoopback(ref part))
            {
                continue;
            }

            if (hit.Type is RouteType.Unicast or RouteType.Local or RouteType.Broadcast or RouteType.Anycast or RouteType.Multicast
                && DeviceOf(part) is not null)
            {
                routed.Add(part);
            }
            else
            {
                sink.Drop(part, path.Kernel("routing", "there is no route", "drop"), "no route");
            }
        }

        return routed;
    }

    /// <summary>A chain of type route begins: what routing hangs on is remembered.</summary>
    public static void Remember(PacketState state) => state.Remembered = Array.ConvertAll(state.V6 ? Routing6 : Routing4, slot => state[slot]);

    /// <summary>The chain has ended: what it has changed is routed again (nf_route_table_hook4, nf_route_table_hook6).</summary>
    public List<PacketState> RouteChanged(PacketState state)
    {
        BitValue[] before = state.Remembered ?? [];
        state.Remembered = null;
        return (state.V6 ? Routing6 : Routing4).Zip(before).All(pair => state[pair.First].SameAs(pair.Second)) ? [state] : Route(state);
    }

    /// <summary>The device that a packet's route uses.</summary>
    public NetworkInterface? DeviceOf(PacketState state) =>
        state.Route is { Type: RouteType.Local or RouteType.Anycast } ? room.Network.Loopback : room.Network.Find(state.Route?.Device);

    // __mkroute_output: nothing from 127.0.0.0/8 leaves by another device, unless that allows it.
    private bool LeavesLoopback(ref PacketState state)
    {
        if (state.V6 || DeviceOf(state) is not { Loopback: false } device || room.Network.MaxSysctl(device, "route_localnet") != 0)
        {
            return false;
        }

        int bad = room.Manager.And(state.Condition, room.Sets.InRange(state[Slot.SourceAddress], 0x7f00_0000, 0x7fff_ffff));
        if (bad != BddManager.False)
        {
            sink.Drop(state.With(bad), path.Kernel("routing", "a loopback address does not leave the host", "drop"), "no route");
            state = state.With(room.Manager.Minus(state.Condition, bad));
        }

        return state.Condition == BddManager.False;
    }

    // ip_route_output_key_hash_rcu: to a group or to everybody, the source's own device is the way.
    private NetworkInterface? DeviceOfSource(PacketState state)
    {
        BitValue source = state[Slot.SourceAddress];
        BitValue destination = state[Slot.DestinationAddress];
        bool many = !state.V6 && destination.IsNumber && (destination.Number >> 28 == 0xe || destination.Number == uint.MaxValue);
        return !many || !source.IsNumber ? null : room.Network.Network.Interfaces.FirstOrDefault(
            device => device.Addresses.Any(own => own.Address.IsV4 && own.Address.V4 == source.Number));
    }

    private static bool IsLinkLocal(UInt128 address) => address >> 118 == 0x3fa;
}
