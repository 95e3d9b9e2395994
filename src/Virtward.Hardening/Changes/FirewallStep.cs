namespace Virtward.Hardening.Changes;

/// <summary>
/// The policy's part of the table <c>inet virtward</c> (and <c>bridge virtward</c>): chains and sets whose names begin with <c>policy_</c>. The guard's bans lie in the
/// same table and are left alone.
/// </summary>
/// <param name="Script">nft's language, one transaction that replaces whatever is there of ours with what is to be.</param>
public sealed record FirewallStep(string Script) : Step;
