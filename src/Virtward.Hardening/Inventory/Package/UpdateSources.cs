using Virtward.Core.Host;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Package;

/// <summary>What is read of a host for <see cref="UpdateFacts"/>. No program here goes to the network.</summary>
public static class UpdateSources
{
    /// <summary><c>apt list --upgradable</c>: by the lists that were fetched last.</summary>
    public const string AptPending = SnapshotNames.Audit + "updates-apt.txt";

    /// <summary><c>dnf updateinfo list --security</c> by what was fetched last.</summary>
    public const string DnfPending = SnapshotNames.Audit + "updates-dnf.txt";

    /// <summary><c>needs-restarting -r</c>: whether a reboot is due.</summary>
    public const string NeedsReboot = SnapshotNames.Audit + "needs-reboot.txt";

    /// <summary><c>needs-restarting -s</c>: services that run old files.</summary>
    public const string NeedsRestart = SnapshotNames.Audit + "needs-restart.txt";

    /// <summary><c>needrestart -b -r l</c>: kernel, services and guests that run old files; it only lists.</summary>
    public const string Needrestart = SnapshotNames.Audit + "needrestart.txt";

    /// <summary>Where the link leads tells a program that was replaced while it runs: "… (deleted)".</summary>
    internal const string RunningPrograms = "/proc/[0-9]*/exe";

    // dnf is slow to start; on a machine under load slower still.
    private static readonly TimeSpan Patient = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Short = TimeSpan.FromSeconds(6);

    /// <summary>The files and programs.</summary>
    public static readonly SnapshotSources All = new()
    {
        Files =
        [
            new FileSource("/etc/apt/apt.conf", Cleaning.Secrets),
            new FileSource("/etc/apt/apt.conf.d/*", Cleaning.Secrets),
            new FileSource("/etc/apt/sources.list", Cleaning.Secrets),
            new FileSource("/etc/apt/sources.list.d/*.list", Cleaning.Secrets),
            new FileSource("/etc/apt/sources.list.d/*.sources", Cleaning.Secrets),
            new FileSource("/etc/dnf/automatic.conf", Cleaning.Secrets),
            new FileSource("/usr/share/dnf5/dnf5-plugins/automatic.conf", Cleaning.Secrets),
            new FileSource("/etc/dnf/dnf.conf", Cleaning.Secrets),
            new FileSource("/etc/yum.conf", Cleaning.Secrets),
            new FileSource("/etc/yum.repos.d/*.repo", Cleaning.Secrets),
            new FileSource("/run/reboot-required", Cleaning.Nothing),
            new FileSource("/run/reboot-required.pkgs", Cleaning.Nothing),
        ],
        States =
        [
            "/var/lib/apt/periodic/*", "/var/lib/apt/lists/partial", "/var/lib/apt/lists/*Release", "/var/cache/apt/pkgcache.bin", "/var/lib/dpkg/info/unattended-upgrades.list",
            "/var/lib/systemd/timers/stamp-*.timer", "/var/cache/dnf/*/repodata/repomd.xml", "/var/cache/libdnf5/*/repodata/repomd.xml", "/boot/vmlinuz-*",

            RunningPrograms,
        ],
        Commands =
        [
            // Not "apt-get -s upgrade": working the upgrade out costs seconds; which package has a newer version in a security suite is all that is asked.
            new CommandSource(AptPending, Command.Of("apt", "-qq", "list", "--upgradable") with { TimeLimit = Patient }),
            new CommandSource(DnfPending, Command.Of("dnf", "-q", "-C", "updateinfo", "list", "--security") with { TimeLimit = Patient }),

            // 1: yes, a reboot is due.
            new CommandSource(NeedsReboot, Command.Of("needs-restarting", "-r") with { TimeLimit = Short }) { GoodCodes = [0, 1] },
            new CommandSource(NeedsRestart, Command.Of("needs-restarting", "-s") with { TimeLimit = Short }) { GoodCodes = [0, 1] },
            new CommandSource(Needrestart, Command.Of("needrestart", "-b", "-r", "l") with { TimeLimit = Short }),
        ],
    };
}
