using System.Collections.Immutable;

namespace Virtward.Core.Snapshots;

/// <summary>A snapshot's own page, <c>meta.json</c>.</summary>
public sealed record SnapshotMeta
{
    /// <summary>The version of the format that is written here.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The version of the format.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>Which program took it, with its version.</summary>
    public string Program { get; init; } = "";

    /// <summary>When it was taken.</summary>
    public DateTimeOffset? Taken { get; init; }

    /// <summary>The host's name.</summary>
    public string Host { get; init; } = "";

    /// <summary>The kernel's release, as <c>uname -r</c> prints it.</summary>
    public string Kernel { get; init; } = "";

    /// <summary>The distribution, <c>PRETTY_NAME</c> of os-release(5).</summary>
    public string System { get; init; } = "";

    /// <summary>Whether it was taken as root: without, much cannot be seen.</summary>
    public bool Root { get; init; }

    /// <summary>The network namespace that it was taken in, as /proc names it: <c>net:[4026531840]</c>.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Other network namespaces with processes in them, as /proc names them, each with what is known of it.</summary>
    public ImmutableSortedDictionary<string, string> OtherNamespaces { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>What is not there, or not whole, and why, by file name.</summary>
    public ImmutableSortedDictionary<string, string> Missing { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}
