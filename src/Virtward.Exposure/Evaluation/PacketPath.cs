using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.PacketSets;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Evaluation;

/// <summary>
/// The way of packets through the host: devices, IP's hooks, own packets. What a bridge does stands in <see cref="BridgePath"/>, where packets go that came in
/// in <see cref="IncomingRouting"/>, where the host's own go in <see cref="OwnRouting"/>.
/// Sources: net/core/dev.c, net/ipv4/ip_input.c, route.c, ip_forward.c, ip_output.c, net/ipv6/ip6_input.c, ip6_output.c, route.c.
/// </summary>
internal sealed class PacketPath
{
    private const int MaxDevices = 12;
    private const ulong Broadcast = 0xffff_ffff_ffffUL;

    private readonly Room _room;
    private readonly HookPlans _plans;
    private readonly RuleWalker _walker;
    private readonly Translator _translator;
    private readonly World _world;
    private readonly ISink _sink;
    private readonly IncomingRouting _incoming;
    private readonly OwnRouting _own;
    private readonly BridgePath _bridge;
    private int _devices;

    /// <summary>Lays out the way.</summary>
    public PacketPath(Room room, RuleWalker walker, Translator translator, World world, ISink sink)
    {
        _room = room;
        _plans = new HookPlans(room.Rules);
        _walker = walker;
        _translator = translator;
        _world = world;
        _sink = sink;
        _incoming = new IncomingRouting(room, this, sink);
        _own = new OwnRouting(room, this, sink);
        _bridge = new BridgePath(room, _plans, this, walker, sink);
        walker.Forward = SendBy;
    }

    /// <summary>Frames come in by a device.</summary>
    public void Enter(PacketState state, NetworkInterface device)
    {
        _devices = 0;
        if (!IsLostAt(device, state))
        {
            Receive([state], device);
        }
    }

    /// <summary>The host sends packets of its own.</summary>
    public void Send(PacketState state)
    {
        _devices = 0;
        foreach (PacketState part in _own.Route(state, state.OnlyBy))
        {
            part.In = null;
            part.Out = _own.DeviceOf(part);
            foreach (PacketState sent in RunIp([part], Hook.Output))
            {
                sent.Out = _own.DeviceOf(sent);
                Leave([sent]);
            }
        }
    }

    /// <summary>A device hands frames over (__netif_receive_skb_core).</summary>
    public void Receive(List<PacketState> states, NetworkInterface device)
    {
        if (++_devices > MaxDevices)
        {
            foreach (PacketState state in states)
            {
                _sink.Unproven(state, "devices stand on each other in a circle");
            }

            return;
        }

        foreach (PacketState state in RunDevice(states, device, Hook.Ingress))
        {
            Dispatch(state, device);
        }

        _devices--;
    }

    /// <summary>A device's own chains.</summary>
    public List<PacketState> RunDevice(List<PacketState> states, NetworkInterface device, Hook hook)
    {
        foreach (CompiledChain chain in _plans.Device(device, hook))
        {
            if (states.Count == 0)
            {
                break;
            }

            foreach (PacketState state in states)
            {
                state.In = hook == Hook.Ingress ? device : state.In;
                state.Out = hook == Hook.Egress ? device : null;
            }

            string place = $"{(hook == Hook.Ingress ? "ingress" : "egress")} {device.Name} {chain.Chain.Base!.Priority}";
            if (chain.Chain.Base.Devices.IsEmpty)
            {
                states = RunWhereUnknown(chain, states, place);
                continue;
            }

            states = _walker.Run(chain, states, place);
        }

        return states;
    }

    /// <summary>IP's hooks.</summary>
    public List<PacketState> RunIp(List<PacketState> states, Hook hook)
    {
        if (states.Count == 0)
        {
            return states;
        }

        PlanStep? before = null;
        foreach (PlanStep step in _plans.Ip(states[0].V6, hook))
        {
            switch (step.Kind)
            {
                case PlanKind.Track:
                    Track(states);
                    break;
                case PlanKind.Translate:
                    states = Translate(states, hook);
                    break;
                default:
                    NoteOrder(before, step);
                    before = step;
                    bool routes = step.Chain!.Chain.Base!.Type == ChainType.Route && hook == Hook.Output;
                    if (routes)
                    {
                        states.ForEach(OwnRouting.Remember);
                    }

                    states = _walker.Run(step.Chain!, states, $"{Name(hook)} {step.Priority}");
                    if (routes)
                    {
                        states = [.. states.SelectMany(_own.RouteChanged)];
                    }

                    break;
            }

            if (states.Count == 0)
            {
                break;
            }
        }

        return hook is Hook.Input or Hook.Postrouting ? Confirm(states) : states;
    }

    /// <summary>Packets have passed the last hook: their flows are known from now on. Those that are let go on.</summary>
    public List<PacketState> Confirm(List<PacketState> states)
    {
        var confirmed = new List<PacketState>(states.Count);
        foreach (PacketState state in states)
        {
            if (_world.Confirm(state))
            {
                confirmed.Add(state);
            }
            else
            {
                _sink.Drop(state, Kernel("conntrack", "another flow has the same answers", "drop"));
            }
        }

        return confirmed;
    }

    /// <summary>Connection tracking meets packets.</summary>
    public void Track(List<PacketState> states)
    {
        foreach (PacketState state in states)
        {
            if (!state.Tracked && state.Tracking != Tracking.Untracked && (state.V6 ? _room.Rules.Tracked.V6 : _room.Rules.Tracked.V4))
            {
                _world.Track(state);
            }
        }
    }

    /// <summary>IP takes packets from a device (ip_rcv, ipv6_rcv).</summary>
    public void ReceiveIp(PacketState state, NetworkInterface device)
    {
        if (state.V6 && !device.Loopback)
        {
            // ip6_rcv_core: no packet from a group or from and to ::1 comes from outside.
            BitValue source = state[Slot.SourceAddress];
            int bad = _room.Manager.Or(_incoming.InGroup6(source), _incoming.Loop6(source));
            bad = _room.Manager.Or(bad, _incoming.Loop6(state[Slot.DestinationAddress]));
            _incoming.Cut(ref state, bad, "martian address");
            if (state.Condition == BddManager.False)
            {
                return;
            }
        }

        // A tag of no VLAN ends here (__netif_receive_skb_core).
        state.Vlan = -1;
        state.In = device;
        state.Out = null;
        if (state.SeenByBridge)
        {
            // What a rule handed to a socket while the bridge had it is nobody's again (skb_orphan in ip_rcv_core, ip6_rcv_core).
            state.Set(Slot.Socket, BitValue.Of(0, 32));
        }

        List<PacketState> states = state.SeenByBridge ? [state] : RunIp([state], Hook.Prerouting);
        foreach (PacketState passed in states)
        {
            passed.In = device;
            if ((device.Loopback && passed.Own) || passed.HeardBack)
            {
                // Looped back, it has its route already.
                _incoming.Deliver(passed, "local");
            }
            else if (passed.V6)
            {
                _incoming.Route6(passed, device);
            }
            else
            {
                _incoming.Route4(passed, device);
            }
        }
    }

    /// <summary>
    /// The destination was changed while a bridge handled the packets (br_nf_pre_routing_finish): they stay on it where the way leads back to it, else they
    /// are for the host now, also where the host passes nothing on (ip_route_input_slow makes that a route to an error, of IPv4).
    /// </summary>
    /// <returns>Those that go on; null: none, as their source is refused.</returns>
    public PacketState? Readdress(PacketState state, NetworkInterface bridge)
    {
        List<(int Condition, RouteHit Hit)> ways = _room.Router.Find(
            state.V6, state[Slot.SourceAddress], state[Slot.DestinationAddress], state[Slot.Mark], bridge.Name, null, state.Condition);
        state.Bridged = (state.V6 || _room.Network.Forwards4(bridge)) && ways.TrueForAll(found => found.Hit is { Type: RouteType.Unicast } hit && hit.Device == bridge.Name);
        if (state is { Bridged: true, V6: false })
        {
            _incoming.Validate(ref state, bridge);
        }

        state.Set(Slot.DestinationMac, state.Bridged && ways.Count > 0 ? NextHop(state, bridge, ways[0].Hit) : BitValue.Of(bridge.Mac, 48));
        return state.Condition == BddManager.False ? null : state;
    }

    /// <summary>Packets leave by a device (dev_queue_xmit).</summary>
    public void Transmit(List<PacketState> states, NetworkInterface device)
    {
        if (++_devices > MaxDevices)
        {
            states.ForEach(state => _sink.Unproven(state, "devices stand on each other in a circle"));
            return;
        }

        states = RunDevice(states, device, Hook.Egress);
        foreach (PacketState state in states)
        {
            if (IsLostAt(device, state))
            {
                continue;
            }

            if (device.Loopback)
            {
                state.Out = null;
                state.ConfirmFlow();
                Receive([state], device);
            }
            else if (device.Kind == "bridge")
            {
                _bridge.Send(state, device);
            }
            else if (device is { Vlan: { } vlan, Lower: { } lower } && _room.Network.Find(lower) is { } below)
            {
                state.Vlan = vlan;
                Transmit([state], below);
            }
            else
            {
                _sink.Arrive(state, device.Name);
            }
        }

        _devices--;
    }

    // nf_fwd_netdev_egress: with the header that it came in with.
    private void SendBy(PacketState state, string name)
    {
        if (_room.Network.Find(name) is not { } device)
        {
            _sink.Unproven(state, $"the device {name} is not known");
        }
        else if (!IsLostAt(device, state))
        {
            Transmit([state], device);
        }
    }

    // A device that is down takes nothing in (enqueue_to_backlog, net/core/dev.c) and sends nothing (noop_enqueue, net/sched/sch_generic.c).
    private bool IsLostAt(NetworkInterface device, PacketState state)
    {
        if (!device.Up)
        {
            _sink.Drop(state, Kernel("devices", $"{device.Name} is down", "drop"));
        }

        return !device.Up;
    }

    /// <summary>What the kernel did by itself, where it is wanted.</summary>
    public Decision? Kernel(string place, string what, string verdict) =>
        _room.Recording ? new Decision(Family.Inet, "", "", 0, what, verdict) { Place = place } : null;

    private static string Name(Hook hook) => hook switch
    {
        Hook.Prerouting => "prerouting",
        Hook.Input => "input",
        Hook.Forward => "forward",
        Hook.Output => "output",
        Hook.Postrouting => "postrouting",
        Hook.Ingress => "ingress",
        _ => "egress",
    };

    private void Dispatch(PacketState state, NetworkInterface device)
    {
        if (state.Vlan > 0 && _room.Network.VlanOn(device, state.Vlan) is { } vlan)
        {
            state.Vlan = -1;
            Receive([state], vlan);
        }
        else if (_room.Network.BridgeOf(device) is { } bridge)
        {
            _bridge.Receive(state, device, bridge);
        }
        else if (_room.Network.Find(device.Master) is { Kind: "bond" or "team" } bond)
        {
            Receive([state], bond);
        }
        else if (state.Vlan > 0)
        {
            _sink.Drop(state, Kernel("devices", $"no device for VLAN {state.Vlan} on {device.Name}", "drop"));
        }
        else if (state.Bridged)
        {
            _sink.Drop(state, Kernel("devices", "the frame is for another host", "drop"));
        }
        else
        {
            ReceiveIp(state, device);
        }
    }

    // Which device an ingress chain stands at was not printed: both ways.
    private List<PacketState> RunWhereUnknown(CompiledChain chain, List<PacketState> states, string place)
    {
        int there = _room.Unknown($"the device of the chain {chain.Table.Name} {chain.Chain.Name}");
        var inside = new List<PacketState>();
        var outside = new List<PacketState>();
        foreach (PacketState state in states)
        {
            int both = _room.Manager.And(state.Condition, there);
            if (both != BddManager.False)
            {
                inside.Add(state.With(both));
            }

            if (both != state.Condition)
            {
                outside.Add(state.With(_room.Manager.Minus(state.Condition, there)));
            }
        }

        outside.AddRange(_walker.Run(chain, inside, place));
        return _walker.Merge(outside);
    }

    private void NoteOrder(PlanStep? before, PlanStep step)
    {
        if (before is not null && before.Priority == step.Priority && (before.Chain!.HasEffects || step.Chain!.HasEffects)
            && before.Chain.Rules.Length > 0 && step.Chain!.Rules.Length > 0)
        {
            _room.Note($"the order of the chains {before.Chain.Table.Name} {before.Chain.Chain.Name} and {step.Chain.Table.Name} "
                + $"{step.Chain.Chain.Name}, which have the same priority");
        }
    }

    // nf_nat_inet_fn: only the first packet of a flow meets the chains, until one of them binds it.
    private List<PacketState> Translate(List<PacketState> states, Hook hook)
    {
        bool destination = hook is Hook.Prerouting or Hook.Output;
        var done = new List<PacketState>();
        foreach (PacketState state in states)
        {
            if (state.Tracking is Tracking.Invalid or Tracking.Untracked)
            {
                done.Add(state);
            }
            else if (state.Connection is not null || (destination ? state.DestinationBound : state.SourceBound))
            {
                BitValue before = state[Slot.DestinationAddress];
                FlowTranslation.Apply(state, destination);
                done.AddRange(Again(state, before, hook));
            }
            else
            {
                Bind(state, hook, destination, done);
            }
        }

        return _walker.Merge(done);
    }

    // The host's own are routed again where their destination changes (nf_nat_ipv4_local_fn, nf_nat_ipv6_local_fn); the chains go on seeing the old device.
    private List<PacketState> Again(PacketState state, in BitValue before, Hook hook) =>
        hook == Hook.Output && !before.SameAs(state[Slot.DestinationAddress]) ? _own.Route(state) : [state];

    private void Bind(PacketState state, Hook hook, bool destination, List<PacketState> done)
    {
        PacketState before = state.With(state.Condition);
        List<PacketState> open = [state];
        foreach (CompiledChain chain in _plans.Nat(state.V6, hook))
        {
            if (open.Count == 0)
            {
                break;
            }

            List<PacketState> passed = _walker.Run(chain, open, $"{Name(hook)} {chain.Chain.Base!.Priority}");
            open = [];
            foreach (PacketState after in passed)
            {
                if (!(destination ? after.DestinationBound : after.SourceBound))
                {
                    open.Add(after);
                    continue;
                }

                FlowTranslation.Restore(after, before);
                FlowTranslation.Apply(after, destination);
                done.AddRange(Again(after, before[Slot.DestinationAddress], hook));
            }
        }

        foreach (PacketState unbound in open)
        {
            _translator.Bind(unbound, !destination, null, null);
            FlowTranslation.Restore(unbound, before);
            FlowTranslation.Apply(unbound, destination);
            done.AddRange(Again(unbound, before[Slot.DestinationAddress], hook));
        }
    }

    /// <summary>Routed packets leave (ip_output, ip6_output).</summary>
    public void Leave(List<PacketState> states)
    {
        // A copy of its own meets postrouting, too: of IPv4 before the packet itself (ip_mc_output), of IPv6 after it (ip6_finish_output2).
        states.Where(static state => !state.V6 && IsHeardBack(state)).ToList().ForEach(HearBack);
        foreach (PacketState state in RunIp(states, Hook.Postrouting))
        {
            if (state.V6 && IsHeardBack(state))
            {
                HearBack(state);
            }

            NetworkInterface device = state.Out!;
            Head(state, device);
            Transmit([state], device);
        }
    }

    private void HearBack(PacketState state)
    {
        PacketState copy = state.With(state.Condition);
        if (state.V6)
        {
            copy.ConfirmFlow();
        }

        foreach (PacketState heard in RunIp([copy], Hook.Postrouting))
        {
            heard.ConfirmFlow();
            state.ConfirmFlow();
            // Both are of one flow: what the rules bound it to for the copy holds for the packet.
            state.Connection ??= heard.Connection;
            heard.HeardBack = true;
            if (!IsLostAt(heard.Out!, heard))
            {
                Receive([heard], heard.Out!);
            }
        }
    }

    // ip_mc_output, ip6_finish_output2: what the host sends to everybody, or to a group that it is in itself, it hears, too (dev_loopback_xmit).
    private static bool IsHeardBack(PacketState state) => state is { Own: true, Out.Loopback: false }
        && state[Slot.DestinationAddress] is { IsNumber: true } to
        && (state.V6 ? to.Number == ((UInt128)0xff02 << 112) + 1
            : state.Route is { Type: RouteType.Broadcast } || to.Number == uint.MaxValue || to.Number == 0xe000_0001);

    // The frame's header: from the device to who has the next hop (neigh_resolve_output, ip_output.c, arp_mc_map, ndisc_mc_map).
    private void Head(PacketState state, NetworkInterface device)
    {
        if (device.Loopback)
        {
            state.Set(Slot.SourceMac, BitValue.Of(0, 48));
            state.Set(Slot.DestinationMac, BitValue.Of(0, 48));
            return;
        }

        state.Set(Slot.SourceMac, BitValue.Of(device.Mac, 48));
        state.Set(Slot.DestinationMac, NextHop(state, device, state.Route));
    }

    private BitValue NextHop(PacketState state, NetworkInterface device, RouteHit? route)
    {
        BitValue destination = state[Slot.DestinationAddress];
        UInt128 to = destination.IsNumber ? destination.Number : 0;
        ulong mac = state.V6 switch
        {
            false when route is { Type: RouteType.Broadcast } => Broadcast,
            _ when !destination.IsNumber && route?.Gateway is null => 0,
            false when to == uint.MaxValue => Broadcast,
            false when to >> 28 == 0xe => 0x01_00_5e_00_00_00UL | ((ulong)to & 0x7f_ffff),
            true when to >> 120 == 0xff => 0x33_33_00_00_00_00UL | ((ulong)to & 0xffff_ffff),
            _ => _room.Network.MacOf(route?.Gateway ?? (state.V6 ? Address.FromValue(to) : Address.FromV4((uint)to)), device),
        };
        return mac != 0 ? BitValue.Of(mac, 48) : _room.Variables.Vector(
            VariableKind.Unknown, $"the hardware address of the next hop on {device.Name} #{state.Generation}", 48);
    }
}
