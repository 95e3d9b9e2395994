namespace Virtward.Guard.Sources;

/// <summary>The limits and times of following. The defaults are for real use; tests choose smaller ones.</summary>
public sealed record SourceOptions
{
    /// <summary>
    /// The longest line, in bytes. A longer one is skipped as a whole and counted: cut short it would end where its writer
    /// wants, and rules that are anchored at the end would believe it.
    /// </summary>
    public int MaxLine { get; init; } = 64 * 1024;

    /// <summary>How much is read at a time, in bytes; more than <see cref="MaxLine"/> and the fingerprint before it.</summary>
    public int BlockSize { get; init; } = 256 * 1024;

    /// <summary>
    /// From how many bytes on the lines that one read has brought are handed on together, in a block: what no rule can match is passed over
    /// faster then. A few lines are sooner taken one by one.
    /// </summary>
    public int TogetherFrom { get; init; } = 4 * 1024;

    /// <summary>How much of one file is handed on before the others get their turn, in bytes.</summary>
    public long Turn { get; init; } = 4 * 1024 * 1024;

    /// <summary>How long a rotated file is kept open after its last growth: its writer may hold it until it is told to reopen.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many rotated files of one log are kept open at most; beyond it the oldest is finished at once.</summary>
    public int MostRetired { get; init; } = 16;

    /// <summary>How often everything is looked at beside the kernel's notifications, which may get lost.</summary>
    public TimeSpan Belt { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often everything is looked at where there are no notifications.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>A file that is met for the first time is read from its start when it is not longer than this, in bytes.</summary>
    public long WholeUpTo { get; init; } = 64L * 1024 * 1024;

    /// <summary>Of a longer one, only this much of its end is read, in bytes.</summary>
    public long OnlyLast { get; init; } = 16L * 1024 * 1024;

    /// <summary>How much of a compressed rotated file is unpacked at most to find the rest of it, in bytes: a bound on gzip bombs.</summary>
    public long MostUnpacked { get; init; } = 1024L * 1024 * 1024;

    /// <summary>How far back a journal without a saved cursor is read.</summary>
    public TimeSpan JournalWindow { get; init; } = TimeSpan.FromHours(1);
}
