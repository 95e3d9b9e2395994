using System.Collections.Immutable;
using Virtward.Core.Host;

namespace Virtward.Guard.Sources;

/// <summary>One place where lines come from. Jails that read the same place share one source: nothing is read twice.</summary>
public abstract record SourceDefinition
{
    /// <summary>Log files that are followed.</summary>
    /// <param name="Patterns">Absolute paths or globs, see <see cref="ILogFiles.Expand"/>.</param>
    public sealed record Files(ImmutableArray<string> Patterns) : SourceDefinition;

    /// <summary>The journal, or a part of it.</summary>
    /// <param name="Name">What its position is saved under, unique among the sources.</param>
    /// <param name="AnyOf">Which entries, see <see cref="JournalQuery.AnyOf"/>.</param>
    public sealed record Journal(string Name, ImmutableArray<ImmutableArray<JournalMatch>> AnyOf) : SourceDefinition
    {
        /// <summary>A directory of journal files instead of this machine's own; null for the latter.</summary>
        public string? Directory { get; init; }
    }
}
