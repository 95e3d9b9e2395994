using System.Collections.Immutable;
using Virtward.Guard.Sightings;

namespace Virtward.Guard.Filters.Definitions;

/// <summary>One rule of a filter, as its file has it.</summary>
public sealed record RuleDefinition
{
    /// <summary>Its name, unique in the filter; told with every sighting.</summary>
    public required string Name { get; init; }

    /// <summary>The texts of its templates; empty where it has a <see cref="Regex"/>.</summary>
    public ImmutableArray<string> Match { get; init; } = [];

    /// <summary>Its regular expression; null where it has templates.</summary>
    public string? Regex { get; init; }

    /// <summary>What a match says about the address.</summary>
    public SightingKind Kind { get; init; } = SightingKind.Failure;

    /// <summary>The series that its attempts belong to (see <see cref="Rules.AttemptSessions"/>); null: each line counts by itself.</summary>
    public string? Series { get; init; }

    /// <summary>The modes that it is part of; empty: all.</summary>
    public ImmutableArray<string> Modes { get; init; } = [];
}
