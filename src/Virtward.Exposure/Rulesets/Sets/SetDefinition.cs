using System.Collections.Immutable;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Rulesets.Sets;

/// <summary>A named set or map.</summary>
/// <param name="Name">Its name, without the <c>@</c>.</param>
/// <param name="Handle">The kernel's number for it; 0 where unknown.</param>
public sealed record SetDefinition(string Name, long Handle)
{
    /// <summary>The names of its key's types, one for each field: <c>ipv4_addr</c>, <c>inet_service</c>; as printed, also for <c>typeof</c>.</summary>
    public ImmutableArray<string> KeyTypes { get; init; } = [];

    /// <summary>The names of a map's data types; empty for a set. <c>verdict</c> for a verdict map.</summary>
    public ImmutableArray<string> DataTypes { get; init; } = [];

    /// <summary>Its elements now.</summary>
    public SetContents Contents { get; init; } = SetContents.Empty;

    /// <summary>Whether packets may add to it (<c>flags dynamic</c>): who is in it changes with the traffic.</summary>
    public bool Dynamic { get; init; }

    /// <summary>Whether elements go away by themselves.</summary>
    public bool HasTimeout { get; init; }

    /// <summary>The flags as printed: <c>interval</c>, <c>timeout</c>, <c>constant</c>, <c>dynamic</c>.</summary>
    public ImmutableArray<string> Flags { get; init; } = [];

    /// <summary>Statements that each element carries and that may refuse to match: limits, quotas, connection counts (not counters).</summary>
    public ImmutableArray<Statement> ElementStatements { get; init; } = [];
}
