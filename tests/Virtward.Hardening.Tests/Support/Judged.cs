using Virtward.Hardening.Checks;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Tests.Support;

/// <summary>Asks one check about a host and states what must come out.</summary>
public static class Judged
{
    /// <summary>It holds.</summary>
    public static Outcome Passes(Check check, AuditFacts facts)
    {
        Outcome outcome = check.Judge(facts);
        Assert.True(outcome.Status == Status.Pass, $"{check.Id} should pass, but: {Tell(outcome)}");
        Assert.NotEmpty(outcome.Reason);
        return outcome;
    }

    /// <summary>It does not hold, about exactly these subjects, in any order. Every finding has evidence and a remedy.</summary>
    public static Outcome Fails(Check check, AuditFacts facts, params string[] subjects)
    {
        Outcome outcome = check.Judge(facts);
        Assert.True(outcome.Status == Status.Fail, $"{check.Id} should fail, but: {Tell(outcome)}");
        Assert.All(outcome.Findings, static finding =>
        {
            Assert.NotEmpty(finding.Evidence);
            Assert.NotEmpty(finding.What);
            Assert.NotEmpty(finding.Remedy.Summary);
        });
        Assert.Equal(subjects.Order(StringComparer.Ordinal), outcome.Findings.Select(static finding => finding.Subject).Order(StringComparer.Ordinal));
        return outcome;
    }

    /// <summary>It cannot be known.</summary>
    public static Outcome IsUnknown(Check check, AuditFacts facts)
    {
        Outcome outcome = check.Judge(facts);
        Assert.True(outcome.Status == Status.Unknown, $"{check.Id} should be unknown, but: {Tell(outcome)}");
        Assert.NotEmpty(outcome.Reason);
        return outcome;
    }

    /// <summary>It has no meaning on this host.</summary>
    public static Outcome DoesNotApply(Check check, AuditFacts facts)
    {
        Outcome outcome = check.Judge(facts);
        Assert.True(outcome.Status == Status.NotApplicable, $"{check.Id} should not apply, but: {Tell(outcome)}");
        Assert.NotEmpty(outcome.Reason);
        return outcome;
    }

    private static string Tell(Outcome outcome) =>
        $"{outcome.Status}: {outcome.Reason}{string.Join("; ", outcome.Findings.Select(static finding => $"{finding.Subject}: {finding.What} [{string.Join(", ", finding.Evidence)}]"))}";
}
