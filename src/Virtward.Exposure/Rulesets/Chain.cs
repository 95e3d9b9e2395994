using System.Collections.Immutable;

namespace Virtward.Exposure.Rulesets;

/// <summary>A list of rules, attached to a hook or only jumped to.</summary>
/// <param name="Name">Its name, unique in its table.</param>
/// <param name="Handle">The kernel's number for it; 0 where unknown.</param>
/// <param name="Base">Where it is attached; null for a chain that is only jumped to.</param>
/// <param name="Rules">Its rules, in order.</param>
public sealed record Chain(string Name, long Handle, BaseHook? Base, ImmutableArray<Rule> Rules);
