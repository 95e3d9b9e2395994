using System.Collections.Immutable;
using Virtward.Guard.Sources;

namespace Virtward.Guard.Pipeline;

/// <summary>One source and who listens to it.</summary>
/// <param name="Definition">Where its lines come from.</param>
/// <param name="Jails">The jails that listen, by their number in the policy; at least one.</param>
public sealed record SourcePlan(SourceDefinition Definition, ImmutableArray<int> Jails)
{
    /// <summary>Its name for a person: the paths, or "journal".</summary>
    public string Name => Definition switch
    {
        SourceDefinition.Files files => string.Join(", ", files.Patterns),
        _ => "journal",
    };
}
