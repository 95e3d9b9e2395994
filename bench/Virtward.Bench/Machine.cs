using System.Globalization;

namespace Virtward.Bench;

/// <summary>What the figures were measured on.</summary>
internal static class Machine
{
    /// <summary>The cores, the kernel and the load, for a table's title.</summary>
    public static string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Environment.ProcessorCount} cores, {Environment.OSVersion.Version} kernel, load {File.ReadAllText("/proc/loadavg").Split(' ')[0]}, .NET {Environment.Version}");
}
