using System.Collections.Immutable;

namespace Virtward.Core.Snapshots;

/// <summary>Another network namespace of the host, such as a container's, and how it hangs on the one that was looked at.</summary>
/// <param name="Name">Its name, as listeners have it: <c>net:[4026532001]</c>.</param>
public sealed record ListenerNamespace(string Name)
{
    /// <summary>Where it is bound (<c>/run/netns/web</c>); null: nowhere that is known.</summary>
    public string? Path { get; init; }

    /// <summary>The container of its processes, <c>docker:0123456789ab</c>; null: none.</summary>
    public string? Container { get; init; }

    /// <summary>Whether it could be looked into: without root its interfaces are not to be seen.</summary>
    public bool Seen { get; init; }

    /// <summary>Its interfaces but loopback.</summary>
    public ImmutableArray<NamespaceInterface> Interfaces { get; init; } = [];
}
