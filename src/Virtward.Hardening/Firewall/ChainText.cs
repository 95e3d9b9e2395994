using System.Collections.Immutable;

namespace Virtward.Hardening.Firewall;

/// <summary>A chain of ours, as text.</summary>
/// <param name="Name">Its name; begins with <c>policy_</c>.</param>
/// <param name="Hook">Where it is attached, as nft writes it; null: it is jumped to.</param>
/// <param name="Rules">Its rules, in order.</param>
public sealed record ChainText(string Name, string? Hook, ImmutableArray<string> Rules);
