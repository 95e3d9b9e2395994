namespace Virtward.Hardening.Drift;

/// <summary>A change that a look for drift found to be necessary.</summary>
/// <param name="Id">What it is called: <c>ssh</c>.</param>
/// <param name="What">What it does, a clause.</param>
public sealed record DriftedChange(string Id, string What);
