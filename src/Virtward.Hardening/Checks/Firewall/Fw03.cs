using Virtward.Exposure.Matrix;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Checks.Exposure;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Firewall;

/// <summary>FW-03.</summary>
public static class Fw03
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "FW-03",
        Severity = Severity.Critical,
        Title = "what no rule names is not passed on from one network to another",
        Why = "A host with guests forwards packets, and so it is a router between everything that it is plugged into. Without a refusal by default the Internet gets to the guests and to the "
            + "management network by way of it.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Reach.Unknown(facts) is string unknown)
        {
            return Outcome.Unknown(unknown);
        }

        if (facts.Host.Network.Sysctls.IsEmpty)
        {
            return Outcome.Unknown("whether the host forwards is not known: sysctl.txt is missing");
        }

        if (!Daemon.Forwards(facts))
        {
            return Outcome.Pass("the host forwards nothing: net.ipv4.ip_forward is 0, and IPv6's too");
        }

        var findings = new List<Finding>();
        List<string> doubts = [];
        foreach ((string from, string to) in Pairs(facts))
        {
            if (Ways.Between(facts, from, to) is not Cell cell)
            {
                continue;
            }

            // What guests may by a rule that libvirt made for them is EXP-09's; here it is about what no rule is about.
            bool byRule = from != Zone.Internet && RuleEvidence.Opener(cell.Sets) is not null;
            if (Ways.IsByDefault(cell) && !byRule && !cell.Bridged)
            {
                findings.Add(Ways.Finding(facts, cell, to, "Drop new connections that no rule accepted, between these networks.") with { Severity = from == Zone.Internet ? null : Severity.High });
            }
            else if (Ways.Doubt(cell, to) is string doubt)
            {
                doubts.Add(doubt);
            }
        }

        return Outcome.Of(findings, "what comes from the Internet is passed on nowhere unless a rule says so, and guests get nowhere without one", doubts.Count == 0 ? null : doubts[0]);
    }

    private static IEnumerable<(string From, string To)> Pairs(AuditFacts facts) =>
    [
        .. facts.Zones.Zones.Where(static zone => zone.Name != Zone.Internet && !zone.Entries.IsEmpty).Select(static zone => (Zone.Internet, zone.Name)),
        .. facts.Zones.Find(Zone.Internet)?.Entries.Select(static entry => entry.Interface).Distinct().Count() > 1 ? new[] { (Zone.Internet, Zone.Internet) } : [],
        (Zone.Guests, Zone.Management), (Zone.Guests, Zone.Vpn), (Zone.Containers, Zone.Management), (Zone.Containers, Zone.Vpn), (Zone.Containers, Zone.Guests),
    ];
}
