using Virtward.Core.Net;
using Virtward.Exposure.PacketSets;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Evaluation;

/// <summary>What a bridge does with frames: its hooks, br_netfilter, isolated ports, VLANs (net/bridge/br_input.c, br_forward.c, br_netfilter_hooks.c).</summary>
internal sealed class BridgePath(Room room, HookPlans plans, PacketPath path, RuleWalker walker, ISink sink)
{
    /// <summary>A port hands frames to its bridge.</summary>
    public void Receive(PacketState state, NetworkInterface port, NetworkInterface bridge)
    {
        state.In = port;
        state.Out = null;
        foreach (PacketState passed in Run([state], Hook.Prerouting, port, null, bridge))
        {
            int vlan = IncomingVlan(passed, port, bridge, out bool refused);
            if (refused)
            {
                sink.Drop(passed, path.Kernel("bridge", $"no VLAN of the port {port.Name}", "drop"));
            }
            else if (passed.Bridged)
            {
                Forward(passed, port, bridge, vlan);
            }
            else
            {
                Up(passed, port, bridge, vlan);
            }
        }
    }

    /// <summary>The host sends frames out by a bridge (br_dev_xmit).</summary>
    public void Send(PacketState state, NetworkInterface bridge)
    {
        int vlan = state.Vlan > 0 ? state.Vlan : bridge.VlanFiltering ? Pvid(bridge) : 0;
        foreach ((int set, NetworkInterface? port) in Towards(state, bridge, null, vlan))
        {
            PacketState part = state.With(set);
            if (port is null)
            {
                sink.Arrive(part, bridge.Name);
                continue;
            }

            if (!port.Up)
            {
                sink.Drop(part, path.Kernel("bridge", $"the port {port.Name} is down", "drop"));
                continue;
            }

            List<PacketState> sent = Run([part], Hook.Output, null, port, bridge);
            sent = Run(sent, Hook.Postrouting, null, port, bridge);
            Emit(sent, port, bridge, vlan);
        }
    }

    private void Up(PacketState state, NetworkInterface port, NetworkInterface bridge, int vlan)
    {
        foreach (PacketState passed in Run([state], Hook.Input, port, null, bridge))
        {
            if (bridge.VlanFiltering)
            {
                if (!Allowed(bridge, vlan, out bool untagged))
                {
                    sink.Drop(passed, path.Kernel("bridge", $"VLAN {vlan} is none of the bridge {bridge.Name}", "drop"));
                    continue;
                }

                passed.Vlan = untagged ? -1 : vlan;
            }

            path.Receive([passed], bridge);
        }
    }

    private void Forward(PacketState state, NetworkInterface port, NetworkInterface bridge, int vlan)
    {
        bool any = false;
        foreach ((int set, NetworkInterface? to) in Towards(state, bridge, port, vlan))
        {
            any = true;
            PacketState part = state.With(set);
            if (to is null)
            {
                sink.Drop(part, path.Kernel("bridge", "no port leads there", "drop"));
                continue;
            }

            if (Refuses(port, to, vlan, bridge) is { } reason)
            {
                sink.Drop(part, path.Kernel("bridge", reason, "drop"));
                continue;
            }

            List<PacketState> passed = Run([part], Hook.Forward, port, to, bridge);
            passed = Run(passed, Hook.Postrouting, port, to, bridge);
            Emit(passed, to, bridge, vlan);
        }

        if (!any)
        {
            sink.Drop(state, path.Kernel("bridge", "no other port", "drop"));
        }
    }

    private static string? Refuses(NetworkInterface from, NetworkInterface to, int vlan, NetworkInterface bridge)
    {
        if (!to.Up)
        {
            return $"the port {to.Name} is down";
        }

        if (from.Name == to.Name && !from.Hairpin)
        {
            return "it would leave by the port that it came in by";
        }

        if (from.Isolated && to.Isolated)
        {
            return $"the ports {from.Name} and {to.Name} are isolated from each other";
        }

        return bridge.VlanFiltering && !Allowed(to, vlan, out _) ? $"VLAN {vlan} is none of the port {to.Name}" : null;
    }

    private void Emit(List<PacketState> states, NetworkInterface port, NetworkInterface bridge, int vlan)
    {
        foreach (PacketState state in states)
        {
            if (bridge.VlanFiltering)
            {
                if (!Allowed(port, vlan, out bool untagged))
                {
                    sink.Drop(state, path.Kernel("bridge", $"VLAN {vlan} is none of the port {port.Name}", "drop"));
                    continue;
                }

                state.Vlan = untagged ? -1 : vlan;
            }

            path.Transmit([state], port);
        }
    }

    // Where the forwarding table does not tell, a frame is flooded, and which port its addressee stands behind is unknown.
    private List<(int Set, NetworkInterface? Port)> Towards(PacketState state, NetworkInterface bridge, NetworkInterface? from, int vlan)
    {
        if (state[Slot.DestinationMac] is { IsNumber: true } mac && room.Network.PortOf(bridge, (ulong)mac.Number) is { } there)
        {
            return [(state.Condition, there)];
        }

        BitValue destination = state[Slot.DestinationAddress];
        Address? hop = from is null && state.Route?.Gateway is { } gateway ? gateway
            : destination.IsNumber ? (state.V6 ? Address.FromValue(destination.Number) : Address.FromV4((uint)destination.Number)) : null;
        if (!state[Slot.DestinationMac].IsNumber && hop is { } known && room.Network.PortTowards(bridge, known) is { } port)
        {
            return [(state.Condition, port)];
        }

        List<NetworkInterface> ports = [.. room.Network.PortsOf(bridge).Where(
            other => other.Up && (from is null || Refuses(from, other, vlan, bridge) is null))];
        if (ports.Count == 0)
        {
            return [(state.Condition, null)];
        }

        if (from is null && !PortsMatter(ports))
        {
            return [(state.Condition, null)];
        }

        if (from is not null && room.Variables.Given && state[Slot.DestinationMac].IsNumber)
        {
            // Who is addressed is known, and stands behind no port that is: each gets a copy.
            return [.. ports.Select(other => (state.Condition, (NetworkInterface?)other))];
        }

        var found = new List<(int, NetworkInterface?)>();
        int rest = state.Condition;
        for (int at = 0; at < ports.Count && rest != BddManager.False; at++)
        {
            int here = at == ports.Count - 1 ? rest
                : room.Manager.And(rest, room.Unknown($"whether the port {ports[at].Name} leads to the destination"));
            rest = room.Manager.Minus(rest, here);
            if (here != BddManager.False)
            {
                found.Add((here, ports[at]));
            }
        }

        return found;
    }

    private bool PortsMatter(List<NetworkInterface> ports) =>
        room.Rules.At(Family.Bridge, Hook.Output).Count > 0 || room.Rules.At(Family.Bridge, Hook.Postrouting).Count > 0
        || ports.Any(port => plans.Device(port, Hook.Egress).Count > 0);

    private List<PacketState> Run(List<PacketState> states, Hook hook, NetworkInterface? from, NetworkInterface? to, NetworkInterface bridge)
    {
        foreach (PlanStep step in plans.Bridge(hook))
        {
            foreach (PacketState state in states)
            {
                // br_forward_finish and br_dev_queue_push_xmit name no incoming port.
                state.In = hook == Hook.Postrouting ? null : from;
                state.Out = to;
            }

            switch (step.Kind)
            {
                case PlanKind.Track:
                    path.Track(states);
                    break;
                case PlanKind.BridgeToIp:
                    states = ShowToIp(states, hook, bridge, from, to);
                    break;
                default:
                    NoteOrder(step, hook, bridge, states);
                    states = walker.Run(step.Chain!, states, $"bridge {hook} {step.Priority}");
                    break;
            }
        }

        // nf_conntrack_bridge.c
        return hook == Hook.Postrouting && room.Rules.TracksBridges ? path.Confirm(states) : states;
    }

    // Rules that are older than the host's first bridge meet its packets after br_netfilter, where both have one priority.
    private void NoteOrder(PlanStep step, Hook hook, NetworkInterface bridge, List<PacketState> states)
    {
        if (step.Chain is { Rules.Length: > 0 } chain && states.Count > 0 && Calls(bridge, states[0])
            && plans.Bridge(hook).Any(other => other.Kind == PlanKind.BridgeToIp && other.Priority == step.Priority))
        {
            room.Note($"whether the chain {chain.Table.Name} {chain.Chain.Name} is younger than the first bridge: it has br_netfilter's priority");
        }
    }

    private List<PacketState> ShowToIp(List<PacketState> states, Hook hook, NetworkInterface bridge, NetworkInterface? from, NetworkInterface? to)
    {
        if (states.Count == 0 || !Calls(bridge, states[0]) || (hook != Hook.Prerouting && !states[0].SeenByBridge))
        {
            return states;
        }

        BitValue before = states[0][Slot.DestinationAddress];
        // To IP the frame is one for the host meanwhile (setup_pre_routing, br_nf_forward), and behind routing it comes from nowhere (br_nf_post_routing).
        bool bridged = states[0].Bridged;
        foreach (PacketState state in states)
        {
            state.In = hook == Hook.Postrouting ? null : bridge;
            state.Out = hook == Hook.Prerouting ? null : bridge;
            state.SeenByBridge = true;
            state.BridgeIn ??= from;
            state.BridgeOut = to;
            state.Bridged = false;
        }

        states = path.RunIp(states, hook);
        foreach (PacketState state in states)
        {
            state.Bridged = bridged;
        }

        if (hook == Hook.Prerouting)
        {
            var readdressed = new List<PacketState>(states.Count);
            foreach (PacketState state in states)
            {
                // A changed destination that is not on this bridge makes the frame one for the host (br_nf_pre_routing_finish).
                if (state[Slot.DestinationAddress].SameAs(before))
                {
                    readdressed.Add(state);
                }
                else if (path.Readdress(state, bridge) is { } kept)
                {
                    readdressed.Add(kept);
                }
            }

            states = readdressed;
        }

        return states;
    }

    private bool Calls(NetworkInterface bridge, PacketState state)
    {
        bool calls = bridge.CallsIptables
            || room.Network.Sysctl(state.V6 ? "net.bridge.bridge-nf-call-ip6tables" : "net.bridge.bridge-nf-call-iptables") != 0;
        return calls && (state.Vlan < 0 || room.Network.Sysctl("net.bridge.bridge-nf-filter-vlan-tagged") != 0);
    }

    private static int IncomingVlan(PacketState state, NetworkInterface port, NetworkInterface bridge, out bool refused)
    {
        refused = false;
        if (!bridge.VlanFiltering)
        {
            return Math.Max(state.Vlan, 0);
        }

        int vlan = state.Vlan > 0 ? state.Vlan : Pvid(port);
        refused = vlan == 0 || !Allowed(port, vlan, out _);
        return vlan;
    }

    private static int Pvid(NetworkInterface port)
    {
        foreach (BridgeVlan vlan in port.Vlans)
        {
            if (vlan.Pvid)
            {
                return vlan.First;
            }
        }

        return 0;
    }

    private static bool Allowed(NetworkInterface port, int vlan, out bool untagged)
    {
        foreach (BridgeVlan allowed in port.Vlans)
        {
            if (allowed.First <= vlan && vlan <= allowed.Last)
            {
                untagged = allowed.Untagged;
                return true;
            }
        }

        untagged = false;
        return false;
    }
}
