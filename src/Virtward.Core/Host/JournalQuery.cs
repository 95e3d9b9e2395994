using System.Collections.Immutable;
using Virtward.Core.Time;

namespace Virtward.Core.Host;

/// <summary>Which entries of which journal.</summary>
public sealed record JournalQuery
{
    /// <summary>
    /// Alternatives, each a list of conditions that all hold; conditions on the same field within one are alternatives
    /// (sd_journal_add_match(3)). Empty: every entry.
    /// </summary>
    public ImmutableArray<ImmutableArray<JournalMatch>> AnyOf { get; init; } = [];

    /// <summary>A directory of journal files to read instead of this machine's own journal; null for the latter.</summary>
    public string? Directory { get; init; }

    /// <summary>The cursor of the last entry that was handed on; null where there is none.</summary>
    public string? AfterCursor { get; init; }

    /// <summary>Where to begin without a usable cursor.</summary>
    public UnixTime Since { get; init; }
}
