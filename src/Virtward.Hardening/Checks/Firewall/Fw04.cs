using Virtward.Exposure.Matrix;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Checks.Exposure;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Firewall;

/// <summary>FW-04.</summary>
public static class Fw04
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "FW-04",
        Severity = Severity.Medium,
        Title = "the host itself opens no connection that no rule names",
        Why = "Outgoing rules catch what has got in already: a tool that is fetched, a shell that calls home, a guest's neighbour that is scanned from the host. They also say, when something is "
            + "dropped, that something is wrong.",
        References = ["CIS Debian 12 v1.1.0 4.2.7"],
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Reach.Unknown(facts) is string unknown)
        {
            return Outcome.Unknown(unknown);
        }

        if (facts.Profile != Profile.Isolated)
        {
            return Outcome.NotApplicable($"the profile {facts.Profile.ToString().ToLowerInvariant()} does not ask for it");
        }

        Cell[] cells = [.. facts.Exposure.Report!.Paths.SelectMany(row => row.Cells.Where(static cell => cell.Zone == Zone.Host).Select(cell => (row.Endpoint.Destination!.Name, cell)))
            .Where(static pair => pair.Name != Zone.Host && Ways.IsByDefault(pair.cell)).Select(static pair => pair.cell with { Words = pair.Name })];
        string? doubt = facts.Exposure.Report.Paths.Select(static row => Ways.Doubt(row.Cells.FirstOrDefault(static cell => cell.Zone == Zone.Host), row.Endpoint.Destination!.Name)).FirstOrDefault(static text => text is not null);
        if (cells.Length == 0)
        {
            return Outcome.Of([], "of what the host sends, only what rules name leaves it", doubt);
        }

        bool outer = cells.Any(static cell => cell.Words == Zone.Internet);
        return Outcome.Of(
        [
            new Finding("output", $"what the host itself sends is let out by default, to {string.Join(", ", cells.Select(static cell => Reach.Words(cell.Words)))}",
                new Remedy("Say what the host may call, and drop the rest; write down first what it calls now (ss -tunp).") { Risk = Risk.Service, Undo = FirewallRemedies.UndoTable }.With(
                    facts.Firewall is { Ufw.Enabled: true, FirewalldRuns: not true }
                        ? ["ufw allow out 53", "ufw allow out 123/udp", "ufw allow out 80,443/tcp", "ufw default deny outgoing"]
                        : [.. FirewallRemedies.OwnTable(facts, "", "output", -10,
                            ["ct state established,related accept", "oifname \"lo\" accept", "meta l4proto { icmp, ipv6-icmp } accept", "udp dport { 53, 67, 68, 123, 546, 547 } accept", "tcp dport { 53, 80, 443 } accept", "ct state new drop"], Risk.Service).Steps]))
            {
                Severity = outer ? null : Severity.Low,
                Evidence = [.. cells.Take(3).SelectMany(cell => RuleEvidence.Of(facts, cell.Sets, $"the host to {Reach.Words(cell.Words)}"))],
            },
        ], "", doubt);
    }
}
