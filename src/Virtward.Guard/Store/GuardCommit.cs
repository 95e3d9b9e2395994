using Virtward.Core.Net;
using Virtward.Core.Time;
using Virtward.Guard.Sources;
using Virtward.Guard.Jails;

namespace Virtward.Guard.Store;

/// <summary>
/// One step of the guard, stored as a whole: what was decided together with how far the sources were read for it. After a crash
/// either both are there, or neither is and the lines are read again; so no ban is lost, and none is counted twice.
/// </summary>
public sealed record GuardCommit
{
    /// <summary>When the step was taken, on the guard's clock.</summary>
    public required UnixTime Time { get; init; }

    /// <summary>
    /// What changed in the engine's state. A ban that begins where its target and jail are banned already replaces the one in force; the
    /// end of one that is not in force changes nothing.
    /// </summary>
    public GuardChanges Changes { get; init; } = new();

    /// <summary>
    /// What was told about the step. Sparings and sieges go to the journal and the daily totals; bans are stored from
    /// <see cref="Changes"/>.
    /// </summary>
    public IReadOnlyList<GuardEvent> Events { get; init; } = [];

    /// <summary>How far each source has been read; sources that are not named stay where they are.</summary>
    public IReadOnlyList<SourcePosition> Positions { get; init; } = [];

    /// <summary>Packets that bans have stopped since the last commit that told of them.</summary>
    public IReadOnlyList<StoppedTraffic> Stopped { get; init; } = [];

    /// <summary>Entries put onto the never-ban list at run time; one for the same target replaces the older one.</summary>
    public IReadOnlyList<Allowance> Allowed { get; init; } = [];

    /// <summary>Targets whose run-time never-ban entry is taken back; done before <see cref="Allowed"/>.</summary>
    public IReadOnlyList<Prefix> Disallowed { get; init; } = [];

    /// <summary>What else a person should find in status and report: a start, a lost log, a full disk.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What this commit says to the journal.</summary>
    public IEnumerable<JournalEntry> Journal =>
        Events.Select(JournalEntry.Of).OfType<JournalEntry>().Concat(Notes.Select(note => new JournalEntry(Time, JournalKind.Note, note)));
}
