using Virtward.Core.Host;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Unit;

/// <summary>Whether the clock is in step. timedatectl(1) is not asked: that would start systemd-timedated.</summary>
public static class ClockSources
{
    /// <summary><c>chronyc -n tracking</c>.</summary>
    public const string Chrony = SnapshotNames.Audit + "chrony.txt";

    /// <summary>The programs.</summary>
    public static readonly SnapshotSources All = new()
    {
        Commands = [new CommandSource(Chrony, Command.Of("chronyc", "-n", "tracking") with { TimeLimit = TimeSpan.FromSeconds(3) })],
    };
}
