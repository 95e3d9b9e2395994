namespace Virtward.Core.Host;

/// <summary>What an nftables chain is, condensed: enough to see that somebody has changed it.</summary>
/// <param name="Rules">The number of its rules.</param>
/// <param name="Digest">A digest of its hook, priority, policy and rules, in their order; two equal chains of one table may differ in it where
/// their rules hold anonymous sets, one chain never differs from itself.</param>
public readonly record struct FirewallChain(int Rules, ulong Digest);
