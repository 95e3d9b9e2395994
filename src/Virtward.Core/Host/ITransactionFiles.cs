using Virtward.Core.Results;

namespace Virtward.Core.Host;

/// <summary>Where transactions are kept, as one part of the seam: each with a plan and a journal that only grows.</summary>
public interface ITransactionFiles
{
    /// <summary>Takes the one lock that every change of the host needs; it ends with the process, however that ends.</summary>
    /// <returns>What gives it back; null where another process holds it.</returns>
    Result<IDisposable?> TryLock();

    /// <summary>All transactions, the oldest first.</summary>
    Result<IReadOnlyList<string>> List();

    /// <summary>Begins a transaction: its plan is kept, and space for its way back is reserved on the disk. On the disk before it returns.</summary>
    Result<Done> Create(string id, string plan);

    /// <summary>Adds a line to a journal; on the disk before it returns.</summary>
    Result<Done> Append(string id, string line);

    /// <summary>A transaction's plan.</summary>
    Result<string> ReadPlan(string id);

    /// <summary>The whole lines of a transaction's journal; a last one that was cut off by a loss of power is left out.</summary>
    Result<IReadOnlyList<string>> ReadJournal(string id);

    /// <summary>Gives the reserved space back, so that a full disk does not keep anything from being restored.</summary>
    void ReleaseReserve(string id);
}
