using System.Collections.Immutable;

namespace Virtward.Hardening.Inventory;

/// <summary>A configuration file as it was copied into the snapshot.</summary>
/// <param name="Path">Its absolute path on the host.</param>
/// <param name="Text">Its text, secrets taken out.</param>
public sealed record ConfigFile(string Path, string Text)
{
    /// <summary>Its lines; the first is number 1.</summary>
    public ImmutableArray<string> Lines => [.. Text.Split('\n').Select(static line => line.TrimEnd('\r'))];
}
