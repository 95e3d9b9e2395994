namespace Virtward.Hardening.Changes;

/// <summary>
/// The policy's part of the table <c>inet virtward</c> (and <c>bridge virtward</c>): chains and sets whose names begin with <c>policy_</c>. The guard's bans lie in the
/// same table and are left alone.
/// </summary>
/// <param name="Script">nft's language, one transaction that replaces whatever is there of ours with what is to be.</param>
public sealed record FirewallStep(string Script) : Step
{
    /// <summary>What is to be, whatever is there now: two steps that want the same have the same text here. Empty: the script says it by itself.</summary>
    public string Rules { get; init; } = "";

    /// <summary>What tells two wishes apart.</summary>
    internal string Wanted => Rules.Length > 0 ? Rules : Script;
}
