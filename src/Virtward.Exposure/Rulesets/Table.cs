using System.Collections.Immutable;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Rulesets;

/// <summary>A table: a name space of chains, sets and objects.</summary>
/// <param name="Family">Which packets its chains see.</param>
/// <param name="Name">Its name, unique in its family (and origin).</param>
/// <param name="Handle">The kernel's number for it; 0 where unknown.</param>
public sealed record Table(Family Family, string Name, long Handle)
{
    /// <summary>Which of the kernel's engines runs it.</summary>
    public TableOrigin Origin { get; init; }

    /// <summary>A dormant table's chains are not attached: it does nothing.</summary>
    public bool Dormant { get; init; }

    /// <summary>Its chains, in the order they were listed, which is the order they were made in.</summary>
    public ImmutableArray<Chain> Chains { get; init; } = [];

    /// <summary>Its named sets and maps.</summary>
    public ImmutableArray<SetDefinition> Sets { get; init; } = [];

    /// <summary>Its named limits and quotas, which rules refer to by name: they match or not.</summary>
    public ImmutableDictionary<string, Statement> Objects { get; init; } = ImmutableDictionary<string, Statement>.Empty;
}
