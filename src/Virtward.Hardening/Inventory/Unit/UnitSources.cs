using Virtward.Core.Host;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Unit;

/// <summary>What is read of a host for <see cref="UnitFacts"/>.</summary>
public static class UnitSources
{
    /// <summary><c>systemctl list-units --all</c> as JSON.</summary>
    public const string Units = SnapshotNames.Audit + "units.json";

    /// <summary><c>systemctl list-unit-files</c> as JSON.</summary>
    public const string UnitFiles = SnapshotNames.Audit + "unit-files.json";

    /// <summary><c>systemctl list-sockets --all</c> as JSON.</summary>
    public const string Sockets = SnapshotNames.Audit + "unit-sockets.json";

    /// <summary><c>systemctl list-timers --all</c> as JSON.</summary>
    public const string Timers = SnapshotNames.Audit + "unit-timers.json";

    /// <summary>The files and programs.</summary>
    public static readonly SnapshotSources All = new()
    {
        Files = [new FileSource("/etc/systemd/system/virtward-drift.*", Cleaning.Nothing)],
        Commands =
        [
            new CommandSource(Units, Command.Of("systemctl", "list-units", "--all", "--output=json", "--no-pager")),
            new CommandSource(UnitFiles, Command.Of("systemctl", "list-unit-files", "--output=json", "--no-pager"))
            {
                InRoot = static root => Command.Of("systemctl", $"--root={root}", "list-unit-files", "--output=json", "--no-pager"),
            },
            new CommandSource(Sockets, Command.Of("systemctl", "list-sockets", "--all", "--output=json", "--no-pager")),
            new CommandSource(Timers, Command.Of("systemctl", "list-timers", "--all", "--output=json", "--no-pager")),
        ],
    };
}
