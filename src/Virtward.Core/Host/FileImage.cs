using System.Collections.Immutable;

namespace Virtward.Core.Host;

/// <summary>Everything that makes a file what it is, so that it can be put back byte for byte.</summary>
/// <param name="Content">Its bytes; of a symbolic link: none.</param>
/// <param name="Mode">Its permission bits.</param>
/// <param name="Uid">Its owner.</param>
/// <param name="Gid">Its group.</param>
public sealed record FileImage(Blob Content, UnixFileMode Mode, uint Uid, uint Gid)
{
    /// <summary>Extended attributes by name: SELinux' label, access control lists, capabilities.</summary>
    public ImmutableSortedDictionary<string, Blob> Attributes { get; init; } = ImmutableSortedDictionary<string, Blob>.Empty;

    /// <summary>Where it points to, for a symbolic link; null: a regular file.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>Whether all of it is the same.</summary>
    public bool Equals(FileImage? other) => other is not null && Content == other.Content && Mode == other.Mode && Uid == other.Uid && Gid == other.Gid
        && LinkTarget == other.LinkTarget && Attributes.Count == other.Attributes.Count
        && Attributes.All(pair => other.Attributes.TryGetValue(pair.Key, out Blob value) && value == pair.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Content, Mode, Uid, Gid, LinkTarget, Attributes.Count);
}
