using System.Collections.Immutable;

namespace Virtward.Core.Snapshots;

/// <summary>The document <c>listeners.json</c>.</summary>
/// <param name="Version">The version of the format, 1.</param>
/// <param name="Listeners">The listeners.</param>
public sealed record ListenersDocument(int Version, ImmutableArray<Listener> Listeners)
{
    /// <summary>The other network namespaces; null: they were not looked for.</summary>
    public IReadOnlyList<ListenerNamespace>? Namespaces { get; init; }
}
