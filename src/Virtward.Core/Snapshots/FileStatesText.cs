using System.Collections.Immutable;
using System.Text.Json;
using Virtward.Core.Results;

namespace Virtward.Core.Snapshots;

/// <summary>Owners and modes of files to text and back: <c>files.json</c>.</summary>
public static class FileStatesText
{
    private const int CurrentVersion = 1;

    /// <summary>The document's text.</summary>
    public static string Write(IEnumerable<FileState> files) =>
        JsonSerializer.Serialize(new FileStatesDocument(CurrentVersion, [.. files]), SnapshotJson.Default.FileStatesDocument) + "\n";

    /// <summary>Reads the document.</summary>
    public static Result<ImmutableArray<FileState>> Read(string text)
    {
        try
        {
            FileStatesDocument? document = JsonSerializer.Deserialize(text, SnapshotJson.Default.FileStatesDocument);
            return document switch
            {
                null or { Files.IsDefault: true } => new Problem("holds no files", SnapshotNames.FileStates),
                { Version: > CurrentVersion } => new Problem(
                    $"is of version {document.Version}, this program knows {CurrentVersion}", SnapshotNames.FileStates, "use a newer virtward"),
                _ when document.Files.Any(static file => file is null or { Path: null } or { Kind: null }) =>
                    new Problem("holds a file without a path", SnapshotNames.FileStates),
                _ => document.Files,
            };
        }
        catch (JsonException failure)
        {
            return new Problem($"is not what virtward writes: {JsonFailure.Words(failure)}", SnapshotNames.FileStates)
            {
                Line = (int)Math.Min(failure.LineNumber ?? 0, int.MaxValue - 1) + 1,
            };
        }
    }
}
