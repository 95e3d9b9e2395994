namespace Virtward.Guard.Jails;

/// <summary>What is normal for one meter of the siege watch, in one window.</summary>
/// <param name="Meter">"" for the whole host, "account" for the busiest account, else <c>jail/</c> and the jail's name.</param>
/// <param name="Sources">Distinct sources.</param>
/// <param name="Failures">Failures.</param>
public sealed record NormalLevel(string Meter, double Sources, double Failures);
