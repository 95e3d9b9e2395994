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
        bool strange = Directory.EnumerateFileSystemEntries(path).Any(entry => Path.GetFileName(entry) is var name && name != "libvirt" && !old.Contains(name));
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
            Directory.CreateDirectory(Path.GetDirectoryName(file)!, OwnerOnlyFolder);
            WriteNew(file, to => to.Write(Encoding.UTF8.GetBytes(text)));
        }

        return default(Done);
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
        string libvirt = Path.Combine(path, "libvirt");
        IEnumerable<string> below = Directory.Exists(libvirt)
            ? Directory.EnumerateFileSystemEntries(libvirt).Select(static entry => SnapshotNames.Libvirt + Path.GetFileName(entry))
            : [];
        return [.. top.Concat(below).Where(Snapshot.IsName).Order(StringComparer.Ordinal)];
    }

    private static bool IsKnown(string name) =>
        name.StartsWith(SnapshotNames.Libvirt, StringComparison.Ordinal) || name is SnapshotNames.NftText or SnapshotNames.NftJson
            or SnapshotNames.Iptables or SnapshotNames.Ip6tables or SnapshotNames.IptablesLegacy or SnapshotNames.Ip6tablesLegacy or SnapshotNames.Ipset
            or SnapshotNames.Links or SnapshotNames.Addresses or SnapshotNames.Routes or SnapshotNames.Routes6 or SnapshotNames.NextHops
            or SnapshotNames.Rules or SnapshotNames.Rules6 or SnapshotNames.Neighbours or SnapshotNames.BridgeLinks or SnapshotNames.BridgeVlans
            or SnapshotNames.BridgeFdb or SnapshotNames.RouteTableNames or SnapshotNames.GroupNames or SnapshotNames.Sysctl or SnapshotNames.Listeners;
}
