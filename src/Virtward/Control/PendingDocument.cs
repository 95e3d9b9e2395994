using Virtward.Core.Host;
using Virtward.Hardening.Transaction;
using Virtward.Linux.Changing;

namespace Virtward.Control;

/// <summary>The transaction that is neither confirmed nor taken back.</summary>
/// <param name="Id">Its id.</param>
/// <param name="State"><c>applying</c>, <c>waiting</c>, <c>confirming</c> or <c>reverting</c>.</param>
/// <param name="SecondsLeft">How long it may still be confirmed; null where it does not wait.</param>
public sealed record PendingDocument(string Id, string State, long? SecondsLeft)
{
    /// <summary>As the state folder keeps it; null: there is none, or it is not for this reader's eyes.</summary>
    public static PendingDocument? Of(string state) => Of(new TransactionFiles(state), new BootClock());

    /// <summary>The same, with the clock by which deadlines count.</summary>
    public static PendingDocument? Of(ITransactionFiles files, IBootClock boot)
    {
        if (!files.List().TryGet(out IReadOnlyList<string>? ids, out _))
        {
            return null;
        }

        // The newest first: what is pending is nearly always that.
        foreach (string id in ids.Reverse())
        {
            if (files.ReadJournal(id).TryGet(out IReadOnlyList<string>? lines, out _) && TransactionRecord.Read(id, lines).TryGet(out TransactionRecord? record, out _) && record.IsPending)
            {
                // A deadline of another boot says nothing: such a one is being taken back.
                bool counts = record.Deadline is not null && record.Waiting!.Boot == boot.Boot;
                return new PendingDocument(id, record.Status.ToString().ToLowerInvariant(), counts ? (long)Math.Max(0, record.Deadline!.Value - boot.Uptime.TotalSeconds) : null);
            }
        }

        return null;
    }
}
