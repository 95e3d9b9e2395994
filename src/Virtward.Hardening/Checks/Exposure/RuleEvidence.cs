using Virtward.Exposure.Answers;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Reading;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Inventory;
using Verdict = Virtward.Exposure.Answers.Outcome;

namespace Virtward.Hardening.Checks.Exposure;

/// <summary>Tells which rules let somebody through.</summary>
internal static class RuleEvidence
{
    private const int Most = 4;

    /// <summary>The rules that let the example of a cell in.</summary>
    public static IEnumerable<Evidence> Of(AuditFacts facts, Cell cell) => Of(facts, cell.Sets, Reach.Words(cell.Zone));

    /// <summary>The rules that let the example of an answer in.</summary>
    /// <param name="facts">The host.</param>
    /// <param name="sets">The answer.</param>
    /// <param name="from">Whose packets, in words.</param>
    public static IEnumerable<Evidence> Of(AuditFacts facts, SourceSets sets, string from)
    {
        Witness? witness = sets.Witnesses.FirstOrDefault(static one => one.Outcome is Verdict.Accept)
            ?? sets.Witnesses.FirstOrDefault(static one => one.Outcome is Verdict.Limited) ?? sets.Witnesses.FirstOrDefault(static one => one.Outcome is Verdict.Unproven);
        if (witness is null)
        {
            yield break;
        }

        string packet = witness.Packet.Iif == Zone.Host ? $"{from}, as {witness.Packet.Source}" : $"{from}, as {witness.Packet.Source} by {witness.Packet.Iif}";
        Decision[] said = [.. witness.Trace.Why.Where(static decision => decision.Table.Length > 0 && decision.Verdict is not ("drop" or "reject" or "masquerade" or "snat"))];
        Decision[] rules = [.. said.Where(static decision => !decision.Rule.StartsWith("policy ", StringComparison.Ordinal))];
        foreach (Decision decision in rules.TakeLast(Most))
        {
            yield return new Evidence(EvidenceKind.Rule, $"{Place(facts, decision)} ({packet})", decision.Rule);
        }

        if (rules.Length == 0)
        {
            // A chain that translates refuses nobody: its policy says nothing.
            yield return said.LastOrDefault(decision => ChainOf(facts, decision)?.Base?.Type != ChainType.Nat) is not { } last
                ? new Evidence(EvidenceKind.Rule, packet, "no rule stands in the way")
                : new Evidence(EvidenceKind.Rule, $"{Place(facts, last)} ({packet})", $"no rule refuses it: {last.Rule}");
        }
    }

    /// <summary>Where a rule stands: <c>inet firewalld, chain filter_IN_public_allow, handle 12, of firewalld</c>.</summary>
    public static string Place(AuditFacts facts, Decision decision)
    {
        string owner = Owner(facts, decision);
        return $"{TraceJson.Word(decision.Family)} {decision.Table}, chain {decision.Chain}, handle {decision.Handle}{(owner.Length > 0 ? $", of {owner}" : "")}";
    }

    /// <summary>Whose rule it is; empty: nobody's that is known.</summary>
    public static string Owner(AuditFacts facts, Decision decision)
    {
        Table? table = TableOf(facts, decision);
        return table is null ? "" : TableOwners.Of(table, ChainOf(facts, decision));
    }

    /// <summary>The rule that let an answer's example in: the last that said accept; null: none did.</summary>
    public static Decision? Opener(SourceSets sets) => sets.Witnesses
        .Where(static witness => witness.Outcome is Verdict.Accept or Verdict.Limited)
        .Select(static witness => witness.Trace.Why.LastOrDefault(static decision =>
            decision.Table.Length > 0 && decision.Verdict == "accept" && !decision.Rule.StartsWith("policy ", StringComparison.Ordinal)))
        .FirstOrDefault(static decision => decision is not null);

    private static Table? TableOf(AuditFacts facts, Decision decision) =>
        facts.Exposure.Ruleset?.Tables.FirstOrDefault(one => one.Family == decision.Family && one.Name == decision.Table);

    private static Chain? ChainOf(AuditFacts facts, Decision decision) => TableOf(facts, decision)?.Chains.FirstOrDefault(one => one.Name == decision.Chain);
}
