using Virtward.Exposure.Matrix;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Exposure;

/// <summary>EXP-18.</summary>
public static class Exp18
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "EXP-18",
        Severity = Severity.High,
        Title = "no rule that cannot be interpreted decides who gets in",
        Why = "A rule that hands packets to a program, runs bytecode or an unknown extension may let anybody through. What hangs on it is never proved closed, and every other answer "
            + "of this audit about it says so.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Reach.Unknown(facts) is string unknown)
        {
            return Outcome.Unknown(unknown);
        }

        Dictionary<string, (List<string> What, Cell Cell)> byRule = new(StringComparer.Ordinal);
        foreach (ExposureRow row in Reach.Rows(facts))
        {
            foreach (Cell cell in row.Cells.Where(static cell => cell.Concern != Concern.Closed && !cell.Sets.Unproven.IsEmpty))
            {
                string rule = cell.Sets.DependsOn.Length > 0 ? cell.Sets.DependsOn[0] : "a rule that is not named";
                if (!byRule.TryGetValue(rule, out (List<string> What, Cell Cell) known))
                {
                    byRule[rule] = known = ([], cell);
                }

                known.What.Add($"{Reach.Words(cell.Zone)} to {Reach.Name(row.Endpoint)}");
            }
        }

        Finding[] findings =
        [
            .. byRule.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(pair => new Finding(
                pair.Key.Length > 120 ? pair.Key[..120] : pair.Key, $"whether somebody gets in hangs on a rule that cannot be interpreted: {string.Join("; ", pair.Value.What.Take(4))}{(pair.Value.What.Count > 4 ? $" and {pair.Value.What.Count - 4} more" : "")}",
                new Remedy("Put a rule before it that says plainly who may pass, or try it from outside.") { Risk = Risk.None }.With(
                    "virtward exposure explain ENDPOINT    # the rule's place, and what it decides", "virtward exposure probe TARGET    # from another machine: is it open?"))
            {
                Evidence = [.. pair.Value.Cell.Sets.DependsOn.Take(3).Select(static text => new Evidence(EvidenceKind.Rule, text, "")), .. RuleEvidence.Of(facts, pair.Value.Cell)],
                Severity = pair.Value.Cell.Zone == Zone.Internet ? null : Severity.Medium,
            }),
        ];
        return Outcome.Of(findings, "every answer about who gets in rests on rules that were all interpreted");
    }
}
