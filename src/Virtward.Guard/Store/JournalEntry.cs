using Virtward.Core.Time;

namespace Virtward.Guard.Store;

/// <summary>One entry of the guard's small journal: what happened besides bans, which are kept on their own.</summary>
/// <param name="Time">When.</param>
/// <param name="Kind">What it tells of.</param>
/// <param name="Text">A sentence for a person.</param>
public sealed record JournalEntry(UnixTime Time, JournalKind Kind, string Text)
{
    /// <summary>How many entries are kept; the oldest go first.</summary>
    public const int Kept = 10_000;

    /// <summary>What the journal says about an event; null for bans, which are kept on their own.</summary>
    public static JournalEntry? Of(GuardEvent guardEvent) => guardEvent switch
    {
        GuardEvent.Spared spared => new(
            spared.Time, JournalKind.Spared, $"{spared.Ban.Target} was spared by the never-ban list (jail {spared.Ban.Jail}: {spared.Ban.Reason})"),
        GuardEvent.SiegeBegan began => new(began.Time, JournalKind.SiegeBegan, began.Reason),
        GuardEvent.SiegeEnded ended => new(ended.Time, JournalKind.SiegeEnded, $"the siege is over after {ended.Lasted:d\\.hh\\:mm\\:ss}"),
        _ => null,
    };
}
