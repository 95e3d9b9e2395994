using System.Collections.Immutable;
using System.Text.Json;
using Virtward.Core.Results;

namespace Virtward.Core.Snapshots;

/// <summary>Listeners to text and back: <c>listeners.json</c>.</summary>
public static class ListenersText
{
    private const int CurrentVersion = 1;

    /// <summary>The document's text.</summary>
    /// <param name="listeners">The listeners.</param>
    /// <param name="namespaces">The other network namespaces; null: they were not looked for.</param>
    public static string Write(ImmutableArray<Listener> listeners, IReadOnlyList<ListenerNamespace>? namespaces = null) =>
        JsonSerializer.Serialize(new ListenersDocument(CurrentVersion, listeners) { Namespaces = namespaces }, SnapshotJson.Default.ListenersDocument) + "\n";

    /// <summary>Reads the listeners of the document.</summary>
    public static Result<ImmutableArray<Listener>> Read(string text) =>
        ReadAll(text).TryGet(out ListenersDocument? document, out Problem? problem) ? document.Listeners : problem;

    /// <summary>Reads the document.</summary>
    public static Result<ListenersDocument> ReadAll(string text)
    {
        try
        {
            ListenersDocument? document = JsonSerializer.Deserialize(text, SnapshotJson.Default.ListenersDocument);
            return document switch
            {
                null or { Listeners.IsDefault: true } => new Problem("holds no listeners", SnapshotNames.Listeners),
                { Version: > CurrentVersion } => new Problem(
                    $"is of version {document.Version}, this program knows {CurrentVersion}", SnapshotNames.Listeners, "use a newer virtward"),
                _ when document.Listeners.Any(static listener => listener is null || !IsSane(listener)) =>
                    new Problem("holds a listener that cannot be", SnapshotNames.Listeners),
                _ when document.Namespaces?.Any(static one => one is null || (!one.Interfaces.IsDefault && one.Interfaces.Contains(null!))) == true =>
                    new Problem("holds a namespace that cannot be", SnapshotNames.Listeners),
                _ => document with { Listeners = [.. document.Listeners.Select(Whole)], Namespaces = document.Namespaces?.Select(Whole).ToArray() },
            };
        }
        catch (JsonException failure)
        {
            return new Problem($"is not what virtward writes: {JsonFailure.Words(failure)}", SnapshotNames.Listeners)
            {
                Line = (int)Math.Min(failure.LineNumber ?? 0, int.MaxValue - 1) + 1,
            };
        }
    }

    // A member that is not in the text is null afterwards, whatever its type says: the generated reader sets them all.
    private static Listener Whole(Listener listener) => listener with
    {
        Processes = listener.Processes.IsDefault ? [] : listener.Processes,
        Purpose = listener.Purpose ?? "",
    };

    private static ListenerNamespace Whole(ListenerNamespace one) => one with
    {
        Interfaces = one.Interfaces.IsDefault ? [] :
        [
            .. one.Interfaces.Select(static device => device with { Kind = device.Kind ?? "", Addresses = device.Addresses.IsDefault ? [] : device.Addresses }),
        ],
    };

    private static bool IsSane(Listener listener) =>
        listener.Port is >= 0 and <= ushort.MaxValue
        && listener.Number is >= 0 and <= 262
        && (listener.Processes.IsDefault || listener.Processes.All(static process => process is not null));
}
