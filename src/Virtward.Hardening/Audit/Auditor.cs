using System.Collections.Immutable;
using Virtward.Core.Policy;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Makers;

namespace Virtward.Hardening.Audit;

/// <summary>Asks checks about a host's facts.</summary>
public static class Auditor
{
    /// <summary>Runs the checks. A check that breaks (a bug) is unknown, and the others go on: an audit must not hang on one of them.</summary>
    /// <param name="facts">The host.</param>
    /// <param name="checks">Which checks.</param>
    /// <param name="waivers">What the policy waives.</param>
    /// <param name="progress">Told after each check how many are done.</param>
    /// <param name="cancel">Gives up.</param>
    public static AuditReport Run(AuditFacts facts, ImmutableArray<Check> checks, ImmutableArray<WaiverPolicy> waivers, Action<int> progress, CancellationToken cancel)
    {
        ImmutableArray<CheckResult>.Builder results = ImmutableArray.CreateBuilder<CheckResult>(checks.Length);
        var answers = new PlannedAnswers(facts);
        var today = DateOnly.FromDateTime(facts.Now.UtcDateTime);
        foreach (Check check in checks)
        {
            cancel.ThrowIfCancellationRequested();
            WaiverPolicy? waiver = waivers.FirstOrDefault(one => one.Until >= today && one.Id.Equals(check.Id, StringComparison.OrdinalIgnoreCase));
            results.Add(new CheckResult(check, Judge(check, facts, answers)) { Waiver = waiver });
            progress(results.Count);
        }

        return new AuditReport(facts.Host.Meta.Host.Length > 0 ? facts.Host.Meta.Host : "this host", facts.Distribution, facts.Profile, facts.Now, results.ToImmutable())
        {
            AsRoot = facts.Host.Meta.Root,
            Services = ServiceTable.Of(facts),
            Notes = [.. Notes(facts, waivers, today)],
        };
    }

    private static Outcome Judge(Check check, AuditFacts facts, PlannedAnswers answers)
    {
        try
        {
            return Answered(check, check.Judge(facts), answers);
        }
        catch (Exception failure) when (failure is not OperationCanceledException and not OutOfMemoryException)
        {
            return Outcome.Unknown($"the check itself failed, which is a bug of virtward: {failure.GetType().Name}: {failure.Message}");
        }
    }

    // A maker that breaks (a bug) must not hide what was found.
    private static Outcome Answered(Check check, Outcome outcome, PlannedAnswers answers)
    {
        try
        {
            return outcome.Status == Status.Fail ? outcome.With(finding => finding with { Change = answers.Find(check, finding) }) : outcome;
        }
        catch (Exception failure) when (failure is not OperationCanceledException and not OutOfMemoryException)
        {
            return outcome;
        }
    }

    private static IEnumerable<string> Notes(AuditFacts facts, ImmutableArray<WaiverPolicy> waivers, DateOnly today)
    {
        if (!facts.Host.Meta.Root)
        {
            yield return "it was read without root, so that much is unknown: run it as root";
        }

        foreach (WaiverPolicy waiver in waivers.Where(one => one.Until < today))
        {
            yield return $"the waiver of {waiver.Id} ended on {waiver.Until:yyyy-MM-dd}";
        }

        foreach (string zone in facts.Zones.Notes)
        {
            yield return zone;
        }
    }
}
