using System.IO.Enumeration;
using System.Text;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Linux.Files;

namespace Virtward.Linux.Snapshots;

/// <summary>Snapshots in a directory: the files by name, libvirt's in a folder below it.</summary>
internal static class SnapshotFolder
{
    private const int NoFollow = 0x100;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnlyFolder = OwnerOnly | UnixFileMode.UserExecute;

    /// <summary>Reads it; names that no snapshot has are passed over, links are refused.</summary>
    public static Result<Snapshot> Read(string path)
    {
        var collector = new SnapshotCollector(path);
        foreach (string name in Names(path))
        {
            string file = Path.Combine(path, name);
            if (FileCalls.Stat(FileCalls.CurrentDirectory, file, NoFollow, FileCalls.BasicStats, out StatBuffer stat) != 0 || !stat.IsRegular)
            {
                return new Problem("is no plain file", file, "check that the directory is a snapshot");
            }

            var info = new FileInfo(file);
            if (collector.Refuses(name, info.Length) is Problem refusal)
            {
                return refusal;
            }

            collector.Add(name, File.ReadAllBytes(file));
        }

        return collector.Finish();
    }

    /// <summary>Writes it; its own page last, so that a snapshot without one was not finished.</summary>
    public static Result<Done> Write(Snapshot snapshot, string path)
    {
        Directory.CreateDirectory(path, OwnerOnlyFolder);
        List<string> old = [.. Names(path)];
        bool ours = old.Contains(SnapshotNames.Meta) || old.All(IsKnown);
        bool strange = Directory.EnumerateFileSystemEntries(path).Any(entry => Path.GetFileName(entry) is var name && !SnapshotNames.Folders.Contains(name + "/") && !old.Contains(name));
        if (!ours || strange)
        {
            return new Problem("the directory holds other things than a snapshot", path, "name another, or one that is empty");
        }

        foreach (string name in old)
        {
            File.Delete(Path.Combine(path, name));
        }

        foreach ((string name, string text) in snapshot.Files.OrderBy(static file => file.Key == SnapshotNames.Meta))
        {
            string file = Path.Combine(path, name);
            MakeFolders(path, Path.GetDirectoryName(name)!);
            WriteNew(file, to => to.Write(Encoding.UTF8.GetBytes(text)));
        }

        return default(Done);
    }

    // One by one: of directories above the last the framework makes with the usual mode.
    private static void MakeFolders(string path, string below)
    {
        foreach (string part in below.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            path = Path.Combine(path, part);
            Directory.CreateDirectory(path, OwnerOnlyFolder);
        }
    }

    /// <summary>Writes a file that only its owner can read under another name first, and then puts it in its place: a link there is replaced, not followed.</summary>
    public static void WriteNew(string path, Action<Stream> write)
    {
        string aside = $"{path}.{Guid.NewGuid():n}.part";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly };
            using (var file = new FileStream(aside, options))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(aside, path, overwrite: true);
        }
        finally
        {
            File.Delete(aside);
        }
    }

    private static IEnumerable<string> Names(string path)
    {
        IEnumerable<string> top = Directory.EnumerateFileSystemEntries(path).Where(static entry => !Directory.Exists(entry)).Select(static entry => Path.GetFileName(entry));

        // Links are not followed into: what is a link is told as one, and refused where it would be read.
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, MaxRecursionDepth = 20 };
        IEnumerable<string> below = SnapshotNames.Folders.Select(folder => Path.Combine(path, folder)).Where(static folder => Directory.Exists(folder))
            .SelectMany(folder => new FileSystemEnumerable<string>(folder, static (ref FileSystemEntry entry) => entry.ToFullPath(), options)
            {
                ShouldIncludePredicate = static (ref FileSystemEntry entry) => !entry.IsDirectory || entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
                ShouldRecursePredicate = static (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
            })
            .Select(file => Path.GetRelativePath(path, file));
        return [.. top.Concat(below).Where(Snapshot.IsName).Order(StringComparer.Ordinal)];
    }

    private static bool IsKnown(string name) =>
        SnapshotNames.Folders.Any(folder => name.StartsWith(folder, StringComparison.Ordinal)) || name is SnapshotNames.NftText or SnapshotNames.NftJson
            or SnapshotNames.Iptables or SnapshotNames.Ip6tables or SnapshotNames.IptablesLegacy or SnapshotNames.Ip6tablesLegacy or SnapshotNames.Ipset
            or SnapshotNames.Links or SnapshotNames.Addresses or SnapshotNames.Routes or SnapshotNames.Routes6 or SnapshotNames.NextHops
            or SnapshotNames.Rules or SnapshotNames.Rules6 or SnapshotNames.Neighbours or SnapshotNames.BridgeLinks or SnapshotNames.BridgeVlans
            or SnapshotNames.BridgeFdb or SnapshotNames.RouteTableNames or SnapshotNames.GroupNames or SnapshotNames.Sysctl or SnapshotNames.Listeners
            or SnapshotNames.FileStates;
}
