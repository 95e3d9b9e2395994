using System.CommandLine;
using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Facts;
using Virtward.Linux.Commands;
using Virtward.Linux.Snapshots;
using Virtward.Output;

namespace Virtward.Commands;

/// <summary>Where a command has its facts from: this host as it is now, or a snapshot of any host.</summary>
public static class FactsSource
{
    /// <summary><c>--snapshot FILE|DIR</c>; null where it is not given.</summary>
    public static Option<string?> Option() => new("--snapshot")
    {
        Description = "Look at a snapshot (virtward snapshot) instead of this host: a .tar.gz or a directory. Needs no root.",
        HelpName = "FILE|DIR",
    };

    /// <summary>Reads the facts.</summary>
    /// <param name="host">The streams, for progress.</param>
    /// <param name="snapshot">The snapshot's path; null: this host.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<Result<HostFacts>> ReadAsync(CommandHost host, string? snapshot, CancellationToken cancel)
    {
        var snapshots = new HostSnapshots(new ProcessCommands(), host.Clock);
        if (snapshot is null)
        {
            return HostFacts.Read(await GatherAsync(host, snapshots, nftJson: false, SnapshotSources.None, cancel));
        }

        return snapshots.Read(Path.GetFullPath(snapshot)).TryGet(out Snapshot? read, out Problem? problem)
            ? HostFacts.Read(read)
            : problem;
    }

    /// <summary>Takes a snapshot of this host in memory, with a line of progress on a terminal.</summary>
    internal static async Task<Snapshot> GatherAsync(CommandHost host, ISnapshots snapshots, bool nftJson, SnapshotSources sources, CancellationToken cancel, bool agents = true)
    {
        var progress = new Progress(host.Error, host.ErrorIsTerminal, host.Clock);
        int count = 0;
        var request = new SnapshotRequest { NftJson = nftJson, Agents = agents, Sources = sources, Program = $"virtward {typeof(FactsSource).Assembly.GetName().Version?.ToString(3)}" };
        Snapshot snapshot = await snapshots.GatherAsync(request, name => progress.Show(() => $"reading this host: {++count} files, {name}"), cancel);
        progress.Clear();
        return snapshot;
    }
}
