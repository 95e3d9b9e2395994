using System.Collections.Immutable;
using Virtward.Core.Results;

namespace Virtward.Exposure.Rulesets;

/// <summary>All tables of a host at one moment, as values.</summary>
/// <param name="Tables">In the order of the listing.</param>
/// <param name="Notes">What a reader met and could not interpret, each with its line; those places became opaque.</param>
public sealed record Ruleset(ImmutableArray<Table> Tables, ImmutableArray<Problem> Notes)
{
    /// <summary>A host without any rule.</summary>
    public static readonly Ruleset Empty = new([], []);
}
