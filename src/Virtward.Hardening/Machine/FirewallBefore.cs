namespace Virtward.Hardening.Machine;

/// <summary>The policy's part of our tables as nft lists it, without counters.</summary>
/// <param name="Inet">Our chains and sets of <c>inet virtward</c>; empty: none; null: there is no such table.</param>
/// <param name="Bridge">The same of <c>bridge virtward</c>.</param>
/// <param name="Loaded">The digest of the script that made exactly this; empty: it is not known, or somebody has changed it since.</param>
public sealed record FirewallBefore(string? Inet, string? Bridge, string Loaded) : StepState;
