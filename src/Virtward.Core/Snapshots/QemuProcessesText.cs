using System.Collections.Immutable;
using System.Text.Json;
using Virtward.Core.Results;

namespace Virtward.Core.Snapshots;

/// <summary>Running qemus to text and back: <c>audit/qemu-processes.json</c>.</summary>
public static class QemuProcessesText
{
    private const int CurrentVersion = 1;

    /// <summary>The document's text.</summary>
    public static string Write(IEnumerable<QemuProcess> processes) =>
        JsonSerializer.Serialize(new QemuProcessesDocument(CurrentVersion, [.. processes]), SnapshotJson.Default.QemuProcessesDocument) + "\n";

    /// <summary>Reads the document.</summary>
    public static Result<ImmutableArray<QemuProcess>> Read(string text)
    {
        try
        {
            QemuProcessesDocument? document = JsonSerializer.Deserialize(text, SnapshotJson.Default.QemuProcessesDocument);
            return document switch
            {
                null or { Processes.IsDefault: true } => new Problem("holds no processes", SnapshotNames.QemuProcesses),
                { Version: > CurrentVersion } => new Problem(
                    $"is of version {document.Version}, this program knows {CurrentVersion}", SnapshotNames.QemuProcesses, "use a newer virtward"),
                _ when document.Processes.Any(static one => one is null or { Program: null } || one.Groups.IsDefault) =>
                    new Problem("holds a process without a program", SnapshotNames.QemuProcesses),
                _ => document.Processes,
            };
        }
        catch (JsonException failure)
        {
            return new Problem($"is not what virtward writes: {JsonFailure.Words(failure)}", SnapshotNames.QemuProcesses)
            {
                Line = (int)Math.Min(failure.LineNumber ?? 0, int.MaxValue - 1) + 1,
            };
        }
    }
}
