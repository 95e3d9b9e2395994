using System.Globalization;
using Virtward.Core.Host;

namespace Virtward.Linux.Changing;

/// <summary>Time since this machine started, by the kernel's own count (proc_uptime(5): CLOCK_BOOTTIME in hundredths).</summary>
public sealed class BootClock : IBootClock
{
    /// <inheritdoc/>
    public string Boot { get; } = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    /// <inheritdoc/>
    public TimeSpan Uptime => TimeSpan.FromSeconds(double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture));
}
