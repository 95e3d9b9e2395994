using System.Globalization;

namespace Virtward.Hardening.Inventory.Ssh;

/// <summary>The version of OpenSSH.</summary>
/// <param name="Major">The number before the dot.</param>
/// <param name="Minor">The number behind it.</param>
public readonly record struct SshVersion(int Major, int Minor)
{
    /// <summary>Whether it is this version or a later one.</summary>
    public bool IsAtLeast(int major, int minor) => Major > major || (Major == major && Minor >= minor);

    /// <summary>Reads it from a package's version: <c>1:9.2p1-2+deb12u7</c>, <c>8.7p1-38.el9</c>. null: it has none.</summary>
    public static SshVersion? Parse(string? package)
    {
        string text = package ?? "";
        int epoch = text.IndexOf(':', StringComparison.Ordinal);
        string[] parts = text[(epoch + 1)..].Split('.', 2);
        string minor = parts.Length < 2 ? "" : string.Concat(parts[1].TakeWhile(char.IsAsciiDigit));
        return int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first) && int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out int second)
            ? new SshVersion(first, second)
            : null;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");
}
