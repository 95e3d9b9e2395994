using Virtward.Core.Results;

namespace Virtward.Core.Host;

/// <summary>Follows the journal: hands on entries in order, then more as they come.</summary>
public interface IJournalReader : IPollable, IDisposable
{
    /// <summary>Reads the next entry, without waiting.</summary>
    /// <returns>False when there is none now, or <see cref="TakeTrouble"/> says why.</returns>
    bool TryRead(out JournalEntry entry);

    /// <summary>The cursor of the entry that was read last, an opaque text for <see cref="JournalQuery.AfterCursor"/>; null before the first one.</summary>
    string? Cursor { get; }

    /// <summary>The longest time that may pass before <see cref="TryRead"/> is called again even though nothing is readable (sd_journal_get_timeout(3)).</summary>
    TimeSpan Patience { get; }

    /// <summary>Whether the reader goes on; false when it must be opened anew, after its last cursor.</summary>
    bool IsAlive { get; }

    /// <summary>Something that went wrong since the last call and that a person should hear of; null for nothing.</summary>
    Problem? TakeTrouble();
}
