using System.Collections.Immutable;
using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Linux.Files;
using Virtward.Linux.Sockets;

namespace Virtward.Linux.Snapshots;

/// <summary>Snapshots of this host, and those kept in files.</summary>
/// <param name="commands">Runs the programs that tell of rules, interfaces and routes.</param>
/// <param name="clock">For the time it is taken at.</param>
/// <param name="root">The directory that configuration lies below; "/" for the host's own. The kernel is always this one.</param>
public sealed class HostSnapshots(ICommands commands, TimeProvider clock, string root = "/") : ISnapshots
{
    /// <summary>Whether there is a directory of this path.</summary>
    public static bool IsDirectory(string path) => Directory.Exists(path);

    /// <inheritdoc/>
    public async Task<Snapshot> GatherAsync(SnapshotRequest request, Action<string>? reading, CancellationToken cancel)
    {
        var gathering = new Gathering(reading);
        Task<ProcessTable> table = Task.Run(() => ProcessTable.Read(root), cancel);
        await Task.WhenAll(
            new CommandFiles(commands, request).GatherAsync(gathering, cancel),
            new LibvirtFiles(commands, request, root).GatherAsync(gathering, cancel),
            Task.Run(() => SysctlFiles.Gather(gathering), cancel),
            Task.Run(() => NameFiles.Gather(gathering, root), cancel),
            Task.Run(() => new SourceFiles(request.Sources, root).Gather(gathering, cancel), cancel),
            new SourceCommands(commands, request, root).GatherAsync(gathering, request.Sources.Commands, cancel),
            Task.Run(() => QemuProcessFile.Gather(gathering, request, root), cancel),
            table.ContinueWith(read => new ListenerFile(read.Result).Gather(gathering), cancel, TaskContinuationOptions.None, TaskScheduler.Default)).ConfigureAwait(false);
        ProcessTable processes = await table.ConfigureAwait(false);
        Snapshot first = gathering.Snapshot;
        await new SourceCommands(commands, request, root)
            .GatherAsync(gathering, request.Sources.FollowUps.SelectMany(next => next(first)), cancel).ConfigureAwait(false);
        Snapshot gathered = gathering.Snapshot;
        return gathered.With(SnapshotNames.Meta, SnapshotMetaText.Write(Meta(request, gathered, processes)));
    }

    /// <inheritdoc/>
    public Result<Snapshot> Read(string path) => Try("cannot read the snapshot", path, () =>
    {
        if (Directory.Exists(path))
        {
            return SnapshotFolder.Read(path);
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return SnapshotArchive.Read(file, path);
    });

    /// <inheritdoc/>
    public Result<Done> Write(Snapshot snapshot, string path) => Try("cannot write the snapshot", path, () =>
    {
        bool archive = path.EndsWith(".tar.gz", StringComparison.Ordinal) || path.EndsWith(".tgz", StringComparison.Ordinal);
        if (!archive)
        {
            return File.Exists(path)
                ? new Problem("is a file", path, "name FILE.tar.gz for an archive, or a directory")
                : SnapshotFolder.Write(snapshot, path);
        }

        if (Directory.Exists(path))
        {
            return new Problem("is a directory", path, "name a file for the archive");
        }

        SnapshotFolder.WriteNew(path, to => SnapshotArchive.Write(snapshot, to, clock.GetUtcNow()));
        return default(Done);
    });

    private static Result<T> Try<T>(string what, string path, Func<Result<T>> action)
    {
        try
        {
            return action();
        }
        catch (UnauthorizedAccessException)
        {
            return new Problem($"{what}: permission denied", path, "run it as root, or name another place");
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return new Problem($"{what}: there is no such file or directory", path, "check the path");
        }
        catch (Exception failure) when (failure is IOException or ArgumentException or NotSupportedException)
        {
            return new Problem($"{what}: {failure.Message}", path);
        }
    }

    private SnapshotMeta Meta(SnapshotRequest request, Snapshot gathered, ProcessTable processes) => new()
    {
        Program = request.Program,
        Taken = clock.GetUtcNow(),
        Host = Environment.MachineName,
        Kernel = Small("/proc/sys/kernel/osrelease"),
        System = Release().Split('\n')
            .FirstOrDefault(static line => line.StartsWith("PRETTY_NAME=", StringComparison.Ordinal))?[12..].Trim('"') ?? "",
        Root = Environment.IsPrivilegedProcess,
        Namespace = processes.OwnNamespace,
        OtherNamespaces = processes.OtherNamespaces.ToImmutableSortedDictionary(static pair => pair.Key, static pair => Name(pair.Value), StringComparer.Ordinal),
        Missing = gathered.Missing,
    };

    private static string Name(List<ProcessEntry> members)
    {
        ProcessEntry speaker = ProcessTable.Speaker(members);
        return $"{speaker.Name} (pid {speaker.Pid})";
    }

    private string Release()
    {
        using RootDirectory? tree = RootDirectory.Open(root);
        return tree?.ReadText("/etc/os-release", 64 * 1024, out _) ?? "";
    }

    private static string Small(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
