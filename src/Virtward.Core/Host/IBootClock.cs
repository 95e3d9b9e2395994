namespace Virtward.Core.Host;

/// <summary>Time since the machine started, which no clock change moves, as one part of the seam.</summary>
public interface IBootClock
{
    /// <summary>Which start of the machine this is (<c>/proc/sys/kernel/random/boot_id</c>).</summary>
    string Boot { get; }

    /// <summary>How long it has been up, suspended time included (CLOCK_BOOTTIME).</summary>
    TimeSpan Uptime { get; }
}
