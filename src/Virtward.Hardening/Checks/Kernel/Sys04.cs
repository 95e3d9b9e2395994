using System.Collections.Immutable;
using Virtward.Exposure.Topology;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Kernel;

/// <summary>SYS-04.</summary>
public static class Sys04
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SYS-04",
        Severity = Severity.Low,
        Title = "packets with impossible sources from the Internet are logged (log_martians)",
        Why = "Somebody who sends with sources of the inner networks is trying something: the log should say so. On guests' bridges it would only fill the log.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (KernelJudge.Excuse(facts) is Outcome excuse)
        {
            return excuse;
        }

        ImmutableHashSet<string> outside = KernelJudge.Of(facts, Zone.Internet);
        NetworkInterface[] devices = [.. KernelJudge.Interfaces(facts).Where(one => outside.Contains(one.Name))];
        if (devices.Length == 0)
        {
            return facts.Host.Network.Interfaces.IsEmpty ? Outcome.Unknown("no interface is known") : Outcome.NotApplicable("no interface faces the Internet");
        }

        var rule = new InterfaceRule(facts, false, "log_martians");
        int? all = rule.Read("all");
        foreach (NetworkInterface device in devices)
        {
            // One of them is enough.
            if (rule.Read(device.Name) == 0 && all == 0)
            {
                rule.Blame(device.Name);
            }
        }

        return Outcome.Of(new[] { rule.Finding("packets with impossible sources leave no trace", 1) }.OfType<Finding>(), $"log_martians is on for {string.Join(", ", devices.Select(static one => one.Name))}",
            all > 0 ? null : KernelJudge.Join(rule.Unseen));
    }
}
