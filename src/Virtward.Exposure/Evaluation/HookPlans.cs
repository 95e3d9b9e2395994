using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Evaluation;

/// <summary>
/// What happens at each hook, in order. Connection tracking stands at -200; all nat chains run together where the kernel's one nat hook stands (-100
/// before routing and for own packets, 100 after: nf_nat_ipv4_ops), whatever their own priority, which orders them among themselves only.
/// Of equals the youngest runs first.
/// </summary>
internal sealed class HookPlans(CompiledRuleset rules)
{
    private const int TrackPriority = -200;
    private const int DestinationPriority = -100;
    private const int SourcePriority = 100;
    private const int BridgePriority = 0;

    private readonly Dictionary<(bool V6, Hook Hook), List<PlanStep>> _ip = [];
    private readonly Dictionary<(bool V6, Hook Hook), List<CompiledChain>> _nat = [];
    private readonly Dictionary<Hook, List<PlanStep>> _bridge = [];
    private readonly Dictionary<(string Device, Hook Hook), List<CompiledChain>> _device = [];

    /// <summary>IP's hooks.</summary>
    public List<PlanStep> Ip(bool v6, Hook hook)
    {
        if (_ip.TryGetValue((v6, hook), out List<PlanStep>? plan))
        {
            return plan;
        }

        plan = [];
        foreach (CompiledChain chain in Ordered(rules.At(Family.Inet, hook), rules.At(v6 ? Family.Ip6 : Family.Ip, hook)))
        {
            if (chain.Chain.Base!.Type != ChainType.Nat)
            {
                plan.Add(new PlanStep(PlanKind.Chain, chain.Chain.Base.Priority, chain));
            }
        }

        if (hook is Hook.Prerouting or Hook.Output)
        {
            Insert(plan, new PlanStep(PlanKind.Track, TrackPriority, null));
            Insert(plan, new PlanStep(PlanKind.Translate, DestinationPriority, null));
        }
        else if (hook is Hook.Input or Hook.Postrouting)
        {
            Insert(plan, new PlanStep(PlanKind.Translate, SourcePriority, null));
        }

        return _ip[(v6, hook)] = plan;
    }

    /// <summary>The nat chains of a hook.</summary>
    public List<CompiledChain> Nat(bool v6, Hook hook)
    {
        if (!_nat.TryGetValue((v6, hook), out List<CompiledChain>? chains))
        {
            _nat[(v6, hook)] = chains = [.. Ordered(rules.At(Family.Inet, hook), rules.At(v6 ? Family.Ip6 : Family.Ip, hook))
                .Where(static chain => chain.Chain.Base!.Type == ChainType.Nat)];
        }

        return chains;
    }

    /// <summary>A bridge's hooks.</summary>
    public List<PlanStep> Bridge(Hook hook)
    {
        if (_bridge.TryGetValue(hook, out List<PlanStep>? plan))
        {
            return plan;
        }

        plan = [.. rules.At(Family.Bridge, hook).Select(static chain => new PlanStep(PlanKind.Chain, chain.Chain.Base!.Priority, chain))];
        if (hook == Hook.Prerouting && rules.TracksBridges)
        {
            Insert(plan, new PlanStep(PlanKind.Track, TrackPriority, null));
        }

        if (hook is Hook.Prerouting or Hook.Forward or Hook.Postrouting)
        {
            // Behind chains of its own priority: rules are younger than the bridge as a rule, and of equals the youngest is first (nf_hook_entries_grow, net/netfilter/core.c).
            // NF_BR_PRI_BRNF before routing, one before it in forward, last after it (net/bridge/br_netfilter_hooks.c).
            int priority = hook == Hook.Prerouting ? BridgePriority : hook == Hook.Forward ? BridgePriority - 1 : int.MaxValue;
            int at = plan.FindIndex(other => other.Priority > priority);
            plan.Insert(at < 0 ? plan.Count : at, new PlanStep(PlanKind.BridgeToIp, priority, null));
        }

        return _bridge[hook] = plan;
    }

    /// <summary>The chains of a device's ingress or egress.</summary>
    public List<CompiledChain> Device(NetworkInterface device, Hook hook)
    {
        if (!_device.TryGetValue((device.Name, hook), out List<CompiledChain>? chains))
        {
            _device[(device.Name, hook)] = chains = [.. Ordered(rules.At(Family.Netdev, hook), rules.At(Family.Inet, hook))
                .Where(chain => chain.Chain.Base!.Devices.IsEmpty || chain.Chain.Base.Devices.Any(name => Names(name, device.Name)))];
        }

        return chains;
    }

    private static bool Names(string pattern, string name) =>
        pattern.EndsWith('*') ? name.StartsWith(pattern[..^1], StringComparison.Ordinal) : name == pattern;

    private static IEnumerable<CompiledChain> Ordered(IEnumerable<CompiledChain> one, IEnumerable<CompiledChain> other) =>
        one.Concat(other).OrderBy(static chain => chain.Chain.Base!.Priority).ThenByDescending(static chain => chain.Sequence);

    private static void Insert(List<PlanStep> plan, PlanStep step)
    {
        int at = plan.FindIndex(other => other.Priority >= step.Priority);
        plan.Insert(at < 0 ? plan.Count : at, step);
    }
}
