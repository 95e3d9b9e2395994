using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Virtward.Core.Results;

namespace Virtward.Core.Snapshots;

/// <summary>A snapshot as a compressed tar archive.</summary>
public static class SnapshotArchive
{
    /// <summary>Writes the archive: the files by name at its top, readable by their owner only.</summary>
    /// <param name="snapshot">What to write.</param>
    /// <param name="to">Where to; stays open.</param>
    /// <param name="time">The files' time.</param>
    public static void Write(Snapshot snapshot, Stream to, DateTimeOffset time)
    {
        using var packed = new GZipStream(to, CompressionLevel.Optimal, leaveOpen: true);
        using var tar = new TarWriter(packed, TarEntryFormat.Pax, leaveOpen: true);
        foreach ((string name, string text) in snapshot.Files)
        {
            using var data = new MemoryStream(Encoding.UTF8.GetBytes(text));
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name)
            {
                DataStream = data,
                Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                ModificationTime = time,
            });
        }
    }

    /// <summary>
    /// Reads an archive, its own or one that was packed by hand with the snapshot's directory in it. Links, devices, names that lead
    /// elsewhere and sizes out of measure are refused; nothing is unpacked anywhere.
    /// </summary>
    /// <param name="from">Its bytes.</param>
    /// <param name="origin">Its path, for problems.</param>
    public static Result<Snapshot> Read(Stream from, string origin)
    {
        var collector = new SnapshotCollector(origin);
        string? folder = null;
        try
        {
            using var unpacked = new GZipStream(from, CompressionMode.Decompress, leaveOpen: true);
            using var tar = new TarReader(unpacked, leaveOpen: true);
            for (int count = 0; tar.GetNextEntry() is TarEntry entry; count++)
            {
                if (count > SnapshotCollector.MaxFiles)
                {
                    return new Problem($"holds more than {SnapshotCollector.MaxFiles} entries", origin);
                }

                if (entry.EntryType is TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes)
                {
                    continue;
                }

                string name = Name(entry.Name, ref folder);
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
                {
                    return new Problem($"holds something else than files ({entry.EntryType})", origin, "check that it is a snapshot");
                }

                if (collector.Refuses(name, entry.Length) is Problem refusal)
                {
                    return refusal;
                }

                collector.Add(name, Bytes(entry));
            }
        }
        catch (Exception failure) when (failure is InvalidDataException or FormatException or IOException or ArgumentException
            or NotSupportedException or OverflowException or OutOfMemoryException or InvalidOperationException)
        {
            return new Problem("is no .tar.gz archive, or is damaged", origin, "check that it is a snapshot");
        }

        return collector.Finish();
    }

    // Packed by hand, all names begin with "./" or with the folder's own name.
    private static string Name(string name, ref string? folder)
    {
        name = name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name;
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0)
        {
            return name;
        }

        string first = name[..(slash + 1)];
        folder ??= SnapshotNames.Folders.Contains(first) || !Snapshot.IsName(name[..slash]) ? "" : first;
        return folder.Length > 0 && folder == first ? name[slash..].TrimStart('/') : name;
    }

    private static byte[] Bytes(TarEntry entry)
    {
        // It grows with what really comes: a length alone reserves nothing.
        using var bytes = new MemoryStream();
        entry.DataStream?.CopyTo(bytes);
        return bytes.ToArray();
    }
}
