using Virtward.Core.Policy;
using Virtward.Hardening.Checks;

namespace Virtward.Hardening.Audit;

/// <summary>A check and how it came out.</summary>
/// <param name="Check">The check.</param>
/// <param name="Outcome">How it came out.</param>
public sealed record CheckResult(Check Check, Outcome Outcome)
{
    /// <summary>The waiver that covers it; null: none. A waived check that fails is no finding.</summary>
    public WaiverPolicy? Waiver { get; init; }

    /// <summary>The worst severity among its findings; the check's own where it has none.</summary>
    public Severity Severity => Outcome.Findings.IsEmpty ? Check.Severity : Outcome.Findings.Max(finding => finding.Severity ?? Check.Severity);

    /// <summary>Whether it counts as found: it failed, and nobody waived it.</summary>
    public bool IsOpen => Outcome.Status == Status.Fail && Waiver is null;
}
