namespace Virtward.Hardening.Audit;

/// <summary>An administrator's word that a check may fail for a time; from the policy.</summary>
/// <param name="Id">The check.</param>
/// <param name="Until">The last day on which it holds.</param>
/// <param name="Because">Why.</param>
public sealed record Waiver(string Id, DateOnly Until, string Because);
