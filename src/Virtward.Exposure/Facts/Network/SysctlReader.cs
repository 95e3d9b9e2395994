using System.Collections.Immutable;

namespace Virtward.Exposure.Facts.Network;

/// <summary>Kernel settings, from lines of <c>key = value</c> as sysctl(8) prints them.</summary>
internal static class SysctlReader
{
    /// <summary>
    /// Reads them. sysctl(8) writes a dot in an interface's name as a slash (<c>net.ipv4.conf.eth0/5.rp_filter</c>): here it is a dot again.
    /// </summary>
    public static ImmutableDictionary<string, string> Read(string? text)
    {
        ImmutableDictionary<string, string>.Builder settings = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (string line in (text ?? "").Split('\n'))
        {
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && line[0] is not ('#' or ';'))
            {
                settings[line[..equals].Trim().Replace('/', '.')] = line[(equals + 1)..].Trim();
            }
        }

        return settings.ToImmutable();
    }
}
