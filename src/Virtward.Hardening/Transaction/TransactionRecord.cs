using System.Collections.Immutable;
using System.Text.Json;
using Virtward.Core.Results;
using Virtward.Hardening.Plan;

namespace Virtward.Hardening.Transaction;

/// <summary>A transaction as its journal tells it.</summary>
/// <param name="Id">Its id: the time it was begun at, and a little more.</param>
/// <param name="Entries">The journal.</param>
public sealed record TransactionRecord(string Id, ImmutableArray<JournalEntry> Entries)
{
    /// <summary>The first entry; null where power was lost before it was on the disk, and so before anything was done.</summary>
    public JournalEntry? Begun => Entries.FirstOrDefault(static entry => entry.Kind == JournalKind.Begun);

    /// <summary>The entry since which it waits; null: it never did.</summary>
    public JournalEntry? Waiting => Entries.LastOrDefault(static entry => entry.Kind == JournalKind.Waiting);

    /// <summary>How far it is.</summary>
    public TransactionStatus Status
    {
        get
        {
            JournalKind last = Entries.LastOrDefault(static entry => entry.Kind is not (JournalKind.Setting or JournalKind.Set or JournalKind.LeftOut or JournalKind.Restored or JournalKind.NotRestored))?.Kind
                ?? JournalKind.Reverted;
            return last switch
            {
                JournalKind.Begun => TransactionStatus.Applying,
                JournalKind.Waiting => TransactionStatus.Waiting,
                JournalKind.Confirming => TransactionStatus.Confirming,
                JournalKind.Confirmed => TransactionStatus.Confirmed,
                JournalKind.Reverting => TransactionStatus.Reverting,
                _ => TransactionStatus.Reverted,
            };
        }
    }

    /// <summary>Whether it is neither confirmed nor taken back.</summary>
    public bool IsPending => Status is not (TransactionStatus.Confirmed or TransactionStatus.Reverted);

    /// <summary>Seconds since the machine started at which the wait is over; null where it does not wait.</summary>
    public double? Deadline => Status == TransactionStatus.Waiting ? Waiting!.Uptime + Waiting.Within : null;

    /// <summary>The steps that were begun, each with what was before, the first one first.</summary>
    public IEnumerable<JournalEntry> Settings => Entries.Where(static entry => entry is { Kind: JournalKind.Setting, Step: not null, State: not null });

    /// <summary>What could not be made and was left out, a clause each.</summary>
    public IEnumerable<string> LeftOut => Entries.Where(static entry => entry is { Kind: JournalKind.LeftOut, Why: not null }).Select(static entry => entry.Why!);

    /// <summary>Reads a journal; a line that is none is a problem, for an unknown step must not be passed over.</summary>
    public static Result<TransactionRecord> Read(string id, IReadOnlyList<string> lines)
    {
        ImmutableArray<JournalEntry>.Builder entries = ImmutableArray.CreateBuilder<JournalEntry>(lines.Count);
        for (int i = 0; i < lines.Count; i++)
        {
            try
            {
                entries.Add(JsonSerializer.Deserialize(lines[i], PlanJson.Default.JournalEntry) ?? throw new JsonException("null"));
            }
            catch (JsonException)
            {
                return new Problem("cannot read the journal of a transaction: this line is none of this version's", id, "use the version of virtward that wrote it") { Line = i + 1 };
            }
        }

        return new TransactionRecord(id, entries.ToImmutable());
    }
}
