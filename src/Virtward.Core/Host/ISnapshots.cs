using Virtward.Core.Results;
using Virtward.Core.Snapshots;

namespace Virtward.Core.Host;

/// <summary>Snapshots of this host, and those kept in files, as one part of the seam.</summary>
public interface ISnapshots
{
    /// <summary>
    /// Reads this host, in the network namespace that the program runs in. What cannot be read is said in the snapshot; secrets never
    /// enter it.
    /// </summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="reading">Told each file that is done; null: nobody listens.</param>
    /// <param name="cancel">Gives up.</param>
    Task<Snapshot> GatherAsync(SnapshotRequest request, Action<string>? reading, CancellationToken cancel);

    /// <summary>Reads a snapshot from a directory or a <c>.tar.gz</c>.</summary>
    Result<Snapshot> Read(string path);

    /// <summary>
    /// Writes a snapshot to a directory or, where the name ends in <c>.tar.gz</c> or <c>.tgz</c>, an archive; only its owner can read it. A
    /// directory must be empty, new, or hold a snapshot, which is replaced.
    /// </summary>
    Result<Done> Write(Snapshot snapshot, string path);
}
