using System.Collections.Immutable;
using System.Text;
using Virtward.Core.Results;

namespace Virtward.Core.Snapshots;

/// <summary>Collects a snapshot's files from outside, whoever made them: names and sizes are checked, nothing is believed.</summary>
/// <param name="origin">Where they come from, for problems.</param>
public sealed class SnapshotCollector(string origin)
{
    /// <summary>The most files of a snapshot.</summary>
    public const int MaxFiles = 20_000;

    /// <summary>The most bytes of one file.</summary>
    public const int MaxFile = 128 * 1024 * 1024;

    /// <summary>The most bytes of all files together.</summary>
    public const long MaxTotal = 512L * 1024 * 1024;

    private readonly ImmutableSortedDictionary<string, string>.Builder _files =
        ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);

    private long _total;

    /// <summary>Whether a file of this name and length may come in, before it is read.</summary>
    /// <param name="name">Its name inside the snapshot.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>Why not; null: it may.</returns>
    public Problem? Refuses(string name, long length) => this switch
    {
        _ when !Snapshot.IsName(name) => new Problem($"holds a file that no snapshot has, '{Printable(name)}'", origin, "check that it is a snapshot"),
        _ when _files.ContainsKey(name) => new Problem($"holds '{name}' twice", origin, "check that it is a snapshot"),
        _ when length is < 0 or > MaxFile => new Problem($"holds '{name}' of {length} bytes; {MaxFile} are the most", origin),
        _ when _total + length > MaxTotal => new Problem($"holds more than {MaxTotal} bytes", origin),
        _ when _files.Count >= MaxFiles => new Problem($"holds more than {MaxFiles} files", origin),
        _ => null,
    };

    /// <summary>Takes a file over that was not refused.</summary>
    /// <param name="name">Its name inside the snapshot.</param>
    /// <param name="bytes">Its bytes; what is no UTF-8 becomes U+FFFD.</param>
    public void Add(string name, ReadOnlySpan<byte> bytes)
    {
        _total += bytes.Length;
        _files.Add(name, Encoding.UTF8.GetString(bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[3..] : bytes));
    }

    /// <summary>The snapshot of what was collected, with what its <c>meta.json</c> says is missing.</summary>
    public Result<Snapshot> Finish()
    {
        var snapshot = new Snapshot { Files = _files.ToImmutable() };
        if (snapshot.Text(SnapshotNames.Meta) is not string text)
        {
            return Guesses(snapshot)
                ? snapshot
                : new Problem("holds nothing that a snapshot has", origin, "check that it is one: virtward snapshot FILE makes it");
        }

        return SnapshotMetaText.Read(text).TryGet(out SnapshotMeta? meta, out Problem? problem)
            ? snapshot with { Missing = meta.Missing }
            : problem with { What = $"{SnapshotNames.Meta} {problem.What}", On = origin };
    }

    // Put together by hand, without its own page: one of the main files is enough.
    private static bool Guesses(Snapshot snapshot) =>
        new[] { SnapshotNames.NftText, SnapshotNames.NftJson, SnapshotNames.Iptables, SnapshotNames.Ip6tables, SnapshotNames.Links, SnapshotNames.Addresses, SnapshotNames.Listeners }
            .Any(snapshot.Files.ContainsKey);

    private static string Printable(string name) =>
        string.Concat(name.Take(80).Select(static c => char.IsControl(c) ? '?' : c));
}
