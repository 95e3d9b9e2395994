using Virtward.Exposure.Topology;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Kernel;

/// <summary>SYS-01.</summary>
public static class Sys01
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SYS-01",
        Severity = Severity.Medium,
        Title = "packets with a source from elsewhere are dropped (rp_filter)",
        Why = "Whoever sends from the Internet with a source of the management or a guest network passes rules that go by address. The kernel's reverse path filter drops such packets: 1 where each network has one way, 2 where packets may come back another way.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (KernelJudge.Excuse(facts) is Outcome excuse)
        {
            return excuse;
        }

        bool manyWays = ManyWays(facts);
        var off = new InterfaceRule(facts, false, "rp_filter");
        var loose = new InterfaceRule(facts, false, "rp_filter");
        var strict = new InterfaceRule(facts, false, "rp_filter");
        int? all = off.Read("all");
        int looked = 0;
        foreach (NetworkInterface device in KernelJudge.Interfaces(facts))
        {
            if (all is null || off.Read(device.Name) is not int own)
            {
                continue;
            }

            // The stronger of both counts.
            looked++;
            int value = Math.Max(all.Value, own);
            (value switch { 1 when manyWays => strict, >= 2 when !manyWays => loose, <= 0 => off, _ => null })?.Blame(device.Name);
        }

        if (looked == 0 && off.Unseen.Count == 0)
        {
            return Outcome.Unknown("no interface is known");
        }

        int wanted = manyWays ? 2 : 1;
        Finding?[] findings =
        [
            off.Finding("packets with any source are taken", wanted, Risk.Lockout),
            loose.Finding("only packets from networks without any route are dropped, though each network has one way here", 1, Risk.Lockout, Severity.Low),
            strict.Finding("packets are dropped that come back another way, though this host has several ways out", 2, Risk.None, Severity.Low),
        ];
        return Outcome.Of(findings.OfType<Finding>(), $"rp_filter is {wanted} on {looked} interfaces{(manyWays ? " (there are several ways out)" : "")}", KernelJudge.Join(off.Unseen));
    }

    // Several default routes, or rules of routing beside the kernel's own: answers may leave by another interface.
    private static bool ManyWays(AuditFacts facts)
    {
        HostNetwork network = facts.Host.Network;
        int ways = network.Routes.Where(static route => route.Destination.IsV4 && route.Destination.Length == 0 && route.Type == RouteType.Unicast && !route.Dead)
            .SelectMany(static route => route.NextHopDevices.IsEmpty ? [route.Device ?? ""] : route.NextHopDevices).Distinct().Count();
        return ways > 1 || network.Rules.Any(static rule => !rule.V6 && rule.Table is not (253 or 254 or 255) && rule.Action is null);
    }
}
