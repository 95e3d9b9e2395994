using System.Collections.Immutable;

namespace Virtward.Hardening.Checks;

/// <summary>One thing that is not as a check demands.</summary>
/// <param name="Subject">What it is about, stable between runs, so that two reports can be compared: <c>PermitRootLogin</c>, <c>tcp 16509</c>, <c>guest web1</c>.</param>
/// <param name="What">What is the matter, a clause without a capital or a full stop: "root may log in with a password".</param>
/// <param name="Remedy">What to do.</param>
public sealed record Finding(string Subject, string What, Remedy Remedy)
{
    /// <summary>What was seen; at least one piece.</summary>
    public required ImmutableArray<Evidence> Evidence { get; init; }

    /// <summary>How bad this one is, where that is not as bad as the check says.</summary>
    public Severity? Severity { get; init; }

    /// <summary>The change of a plan that answers it: <c>ssh</c>; null: a plan has none. Set by the audit, not by the check.</summary>
    public string? Change { get; init; }

    /// <summary>What to do, as a person reads it: that a plan does it comes first.</summary>
    public string Told => Change is null ? Remedy.Summary : $"`virtward plan` has this change ({Change}). {Remedy.Summary}";
}
