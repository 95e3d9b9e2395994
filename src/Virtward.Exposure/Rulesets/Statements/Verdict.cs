namespace Virtward.Exposure.Rulesets.Statements;

/// <summary>A verdict.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Chain">For jump and goto: where to.</param>
public sealed record Verdict(VerdictKind Kind, string? Chain = null);
