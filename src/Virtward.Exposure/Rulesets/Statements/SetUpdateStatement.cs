using System.Collections.Immutable;
using Virtward.Exposure.Rulesets.Expressions;

namespace Virtward.Exposure.Rulesets.Statements;

/// <summary>
/// Adds the packet's key to a set: <c>add @meter { ip saddr limit rate over 3/minute }</c>. The rule goes on where the element is there or could be added and its
/// own statements match (nft(8), "Set statement"); a full set makes it not match.
/// </summary>
/// <param name="Kind">What it does.</param>
/// <param name="Set">The set's name; for <c>meter NAME { … }</c> the meter's.</param>
/// <param name="Key">The key.</param>
/// <param name="Data">For a map, what the key yields.</param>
/// <param name="Statements">What each element carries: limits, connection counts, quotas, counters (which always match).</param>
/// <param name="TimeoutSeconds">The element's own time; 0: the set's.</param>
public sealed record SetUpdateStatement(
    SetUpdateKind Kind, string Set, Expression Key, Expression? Data, ImmutableArray<Statement> Statements, long TimeoutSeconds = 0) : Statement;
