using System.Collections.Immutable;
using System.Text.Json;
using Virtward.Core.Results;

namespace Virtward.Core.Snapshots;

/// <summary>A snapshot's own page to text and back: <c>meta.json</c>.</summary>
public static class SnapshotMetaText
{
    /// <summary>The document's text.</summary>
    public static string Write(SnapshotMeta meta) => JsonSerializer.Serialize(meta, SnapshotJson.Default.SnapshotMeta) + "\n";

    /// <summary>Reads the document.</summary>
    public static Result<SnapshotMeta> Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, SnapshotJson.Default.SnapshotMeta) switch
            {
                null => new Problem("is empty", SnapshotNames.Meta),
                { Format: not SnapshotMeta.CurrentFormat } meta => new Problem(
                    $"is of format {meta.Format}, this program knows {SnapshotMeta.CurrentFormat}", SnapshotNames.Meta, "use the virtward that took it"),
                SnapshotMeta meta => Whole(meta),
            };
        }
        catch (JsonException failure)
        {
            return new Problem($"is not what virtward writes: {JsonFailure.Words(failure)}", SnapshotNames.Meta);
        }
    }

    // A member that is not in the text is null afterwards, whatever its type says: the generated reader sets them all.
    private static SnapshotMeta Whole(SnapshotMeta meta) => meta with
    {
        Program = meta.Program ?? "",
        Host = meta.Host ?? "",
        Kernel = meta.Kernel ?? "",
        System = meta.System ?? "",
        Namespace = meta.Namespace ?? "",
        Missing = Texts(meta.Missing),
        OtherNamespaces = Texts(meta.OtherNamespaces),
    };

    private static ImmutableSortedDictionary<string, string> Texts(ImmutableSortedDictionary<string, string>? read) =>
        (read ?? ImmutableSortedDictionary<string, string>.Empty).Where(static pair => pair.Value is not null)
            .ToImmutableSortedDictionary(StringComparer.Ordinal);
}
