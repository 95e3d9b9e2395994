using Virtward.Core.Net;
using Virtward.Exposure.PacketSets;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Evaluation;

/// <summary>Where packets go that came in: to the host, on to another, or nowhere (net/ipv4/route.c, ip_forward.c; net/ipv6/route.c, ip6_output.c).</summary>
internal sealed class IncomingRouting(Room room, PacketPath path, ISink sink)
{
    private readonly SourceValidation _validation = new(room);

    /// <summary>Where IPv4 packets go (ip_route_input_slow).</summary>
    public void Route4(PacketState state, NetworkInterface device)
    {
        BitValue source = state[Slot.SourceAddress];
        BitValue destination = state[Slot.DestinationAddress];
        ValueSets sets = room.Sets;
        BddManager manager = room.Manager;
        bool localNet = room.Network.MaxSysctl(device, "route_localnet") != 0;
        int group = sets.InRange(destination, 0xe000_0000, 0xefff_ffff);
        int toAll = sets.Equal(destination, uint.MaxValue);
        int fromNone = sets.Equal(source, 0);
        int fromLoop = sets.InRange(source, 0x7f00_0000, 0x7fff_ffff);
        int toLoop = sets.InRange(destination, 0x7f00_0000, 0x7fff_ffff);
        int bad = manager.Or(sets.InRange(source, 0xe000_0000, 0xefff_ffff), sets.Equal(source, uint.MaxValue));
        toAll = manager.Or(toAll, manager.And(fromNone, sets.Equal(destination, 0)));
        bad = manager.Or(bad, manager.Minus(fromNone, manager.Or(toAll, group)));
        bad = manager.Or(bad, localNet ? BddManager.False : manager.Minus(manager.Or(fromLoop, toLoop), toAll));
        Cut(ref state, bad, "martian source");
        Cut(ref state, manager.Minus(sets.Equal(destination, 0), fromNone), "martian destination");
        Cut(ref state, manager.Minus(manager.And(toAll, BddManager.Not(fromNone)), _validation.Valid(state, device, null, toMany: true)), "martian source");
        Hand(ref state, toAll, "broadcast");
        if (manager.And(state.Condition, group) != BddManager.False)
        {
            int member = manager.Or(sets.Equal(destination, 0xe000_0001), room.Unknown("which multicast groups the host is in"));
            Cut(ref state, manager.Minus(group, member), "no member of the group");
            Cut(ref state, manager.And(group, BddManager.Not(manager.Or(fromNone, _validation.Valid(state, device, null, toMany: true)))), "martian source");
            Hand(ref state, group, "multicast");
        }

        if (state.Condition == BddManager.False)
        {
            return;
        }

        bool forwards = room.Network.Forwards4(device);
        foreach ((int set, RouteHit hit) in room.Router.Find(
            false, source, destination, state[Slot.Mark], device.Name, null, state.Condition))
        {
            PacketState part = state.With(set);
            part.Route = hit;
            switch (hit.Type)
            {
                case RouteType.Local or RouteType.Broadcast:
                    bool toMany = hit.Type == RouteType.Broadcast;
                    int valid = _validation.Valid(part, device, null, toMany);
                    Cut(ref part, BddManager.Not(toMany ? manager.Or(valid, fromNone) : valid), "martian source");
                    Deliver(part, hit.Type == RouteType.Local ? "local" : "broadcast");
                    break;
                case RouteType.Unicast when forwards:
                    Cut(ref part, BddManager.Not(_validation.Valid(part, device, hit.Device)), "martian source");
                    CutHanded(ref part);
                    Forward(part, device, hit);
                    break;
                case RouteType.Unspecified or RouteType.Unreachable or RouteType.Prohibit when forwards:
                    part.Refusal = HostVoice.Refusal(hit.Type, false, false);
                    Tell(part, "there is no route", false);
                    break;
                default:
                    sink.Drop(part, path.Kernel("routing", forwards ? $"routing: {hit.Type}" : "not local, and the host does not forward", "drop"));
                    break;
            }
        }
    }

    // The kernel's own errors need a way back to the sender.
    private void Tell(PacketState state, string why, bool expired)
    {
        foreach ((int set, RouteHit hit) in room.Router.Find(
            state.V6, BitValue.Of(0, state.V6 ? 128 : 32), state[Slot.SourceAddress], BitValue.Of(0, 32), room.Network.Loopback.Name, null, state.Condition))
        {
            PacketState part = state.With(set);
            if (hit.Type is not (RouteType.Unicast or RouteType.Local or RouteType.Broadcast))
            {
                sink.Drop(part, path.Kernel("routing", $"{why}, nor one back", "drop"));
            }
            else if (expired)
            {
                sink.Expire(part, path.Kernel("forward", why, "drop"));
            }
            else
            {
                sink.Reject(part, path.Kernel("routing", why, "reject"), "icmp");
            }
        }
    }

    /// <summary>Where IPv6 packets go (ip6_route_input).</summary>
    public void Route6(PacketState state, NetworkInterface device)
    {
        BitValue destination = state[Slot.DestinationAddress];
        BddManager manager = room.Manager;
        int group = InGroup6(destination);
        if (manager.And(state.Condition, group) != BddManager.False)
        {
            int member = manager.Or(
                room.Sets.InRange(destination, ((UInt128)0xff02 << 112) + 1, ((UInt128)0xff02 << 112) + (room.Network.Forwards6(device) ? 2u : 1u)), room.Unknown("which multicast groups the host is in"));
            Cut(ref state, manager.Minus(group, member), "no member of the group");
            Hand(ref state, group, "multicast");
        }

        int link = room.Sets.InRange(destination, (UInt128)0xfe80 << 112, ((UInt128)0xfec0 << 112) - 1);
        bool forwards = room.Network.Forwards6(device);
        foreach ((int within, string? only) in (ReadOnlySpan<(int, string?)>)[(BddManager.Not(link), null), (link, device.Name)])
        {
            int condition = manager.And(state.Condition, within);
            if (condition == BddManager.False)
            {
                continue;
            }

            foreach ((int set, RouteHit hit) in room.Router.Find(
                true, state[Slot.SourceAddress], destination, state[Slot.Mark], device.Name, only, condition))
            {
                PacketState part = state.With(set);
                part.Route = hit;
                switch (hit.Type)
                {
                    case RouteType.Local or RouteType.Anycast or RouteType.Multicast:
                        Deliver(part, "local");
                        break;
                    case RouteType.Unicast when forwards:
                        Forward6(part, device, hit);
                        break;
                    case RouteType.Unspecified or RouteType.Unreachable or RouteType.Prohibit:
                        part.Refusal = HostVoice.Refusal(hit.Type, false, true);
                        Tell(part, "there is no route", false);
                        break;
                    default:
                        sink.Drop(part, path.Kernel("routing", forwards ? $"routing: {hit.Type}" : "not local, and the host does not forward", "drop"));
                        break;
                }
            }
        }
    }

    // ip6_forward
    private void Forward6(PacketState state, NetworkInterface device, RouteHit hit)
    {
        BitValue source = state[Slot.SourceAddress];
        CutHanded(ref state);
        Cut(ref state, room.Manager.Or(room.Sets.Equal(source, 0), Loop6(source)), "martian source");
        int link = room.Manager.And(state.Condition, room.Sets.InRange(source, (UInt128)0xfe80 << 112, ((UInt128)0xfec0 << 112) - 1));
        if (link != BddManager.False && hit.Device != device.Name)
        {
            PacketState beyond = state.With(link);
            beyond.Refusal = (1, 2);
            sink.Reject(beyond, path.Kernel("routing", "a link-local source goes no further than its link", "reject"), "icmp");
            state = state.With(room.Manager.Minus(state.Condition, link));
        }

        Forward(state, device, hit);
    }

    // What a socket has is passed on to nobody (ip_forward, ip6_forward).
    private void CutHanded(ref PacketState state) =>
        Cut(ref state, BddManager.Not(room.Sets.Equal(state[Slot.Socket], 0)), "handed to a socket, and not routed to the host");

    // ip_forward: the time to live is looked at before the hook.
    private void Forward(PacketState state, NetworkInterface device, RouteHit hit)
    {
        if (state.Condition == BddManager.False)
        {
            return;
        }

        BitValue ttl = state[Slot.TimeToLive];
        int expired = room.Manager.And(state.Condition, room.Sets.InRange(ttl, 0, 1));
        if (expired != BddManager.False)
        {
            PacketState over = state.With(expired);
            over.Refusal = HostVoice.Refusal(hit.Type, true, state.V6);
            Tell(over, "the time to live is over", true);
            if (expired == state.Condition)
            {
                return;
            }

            state = state.With(room.Manager.Minus(state.Condition, expired));
        }

        if (room.Network.Find(hit.Device) is not { } outgoing)
        {
            sink.Unproven(state, $"the route's device {hit.Device} is not known");
            return;
        }

        state.In = device;
        state.Out = outgoing;
        if (ReferenceEquals(outgoing, device) && (state.V6 ? hit.Gateway is null : MayGoStraight(state, device, hit)))
        {
            sink.Redirect(state);
        }

        state.Set(Slot.TimeToLive, Decreased(ttl));
        path.Leave(path.RunIp([state], Hook.Forward));
    }

    // __mkroute_input: IPv4 tells a sender on the link, unless it shares no medium with the gateway; of many packets at once nobody asks.
    private bool MayGoStraight(PacketState state, NetworkInterface device, RouteHit hit) => state[Slot.SourceAddress] is { IsNumber: true } source
        && room.Network.EitherSysctl(device, "send_redirects") && _validation.IsOnLink(state, device)
        && (room.Network.EitherSysctl(device, "shared_media") || device.Addresses.Any(own => own.Address.IsV4
            && own.Network.Contains(Address.FromV4((uint)source.Number)) && (hit.Gateway is not { } gateway || own.Network.Contains(gateway))));

    private BitValue Decreased(in BitValue value)
    {
        if (value.IsNumber)
        {
            return BitValue.Of(value.Number - 1, value.Width);
        }

        var bits = new int[value.Width];
        int borrow = BddManager.True;
        for (int bit = bits.Length - 1; bit >= 0; bit--)
        {
            bits[bit] = room.Manager.Xor(value.Bit(bit), borrow);
            borrow = room.Manager.Minus(borrow, value.Bit(bit));
        }

        return BitValue.Of(bits);
    }

    /// <summary>Packets are for the host: input.</summary>
    public void Deliver(PacketState state, string how)
    {
        if (state.Condition == BddManager.False)
        {
            return;
        }

        if (path.Kernel("routing", $"routing: {how}", "input") is { } why)
        {
            state.Why = state.Why.Push(why);
        }

        state.Out = null;
        foreach (PacketState arrived in path.RunIp([state], Hook.Input))
        {
            sink.Arrive(arrived, "host");
        }
    }

    private void Hand(ref PacketState state, int set, string how)
    {
        int part = room.Manager.And(state.Condition, set);
        if (part != BddManager.False)
        {
            PacketState handed = state.With(part);
            handed.Route = new RouteHit(handed.V6 ? RouteType.Multicast : how == "multicast" ? RouteType.Multicast : RouteType.Broadcast, handed.In?.Name, null, null);
            Deliver(handed, how);
            state = state.With(room.Manager.Minus(state.Condition, part));
        }
    }

    /// <summary>IPv4 packets that a bridge would keep are dropped where their source is refused.</summary>
    public void Validate(ref PacketState state, NetworkInterface bridge) =>
        Cut(ref state, BddManager.Not(_validation.Valid(state, bridge, bridge.Name)), "martian source");

    /// <summary>Some of the packets are dropped.</summary>
    public void Cut(ref PacketState state, int bad, string why)
    {
        int part = room.Manager.And(state.Condition, bad);
        if (part != BddManager.False)
        {
            sink.Drop(state.With(part), path.Kernel("routing", why, "drop"));
            state = state.With(room.Manager.Minus(state.Condition, part));
        }
    }

    /// <summary>The packets whose address is a group's.</summary>
    public int InGroup6(in BitValue address) => room.Sets.InRange(address, (UInt128)0xff << 120, UInt128.MaxValue);

    /// <summary>The packets whose address is ::1.</summary>
    public int Loop6(in BitValue address) => room.Sets.Equal(address, 1);
}
