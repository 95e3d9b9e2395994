using System.Collections.Immutable;
using Virtward.Core.Host;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Hypervisor;

/// <summary>What is read of a host for <see cref="HypervisorFacts"/>.</summary>
public static class HypervisorSources
{
    /// <summary>Where backup programs are named in schedules: <c>FILE:LINE:PROGRAM</c> a line, nothing else of the lines.</summary>
    public const string BackupMentions = SnapshotNames.Audit + "backup-mentions.txt";

    /// <summary>The programs that are known to back up guests or their disks, by the names they are called with.</summary>
    public static readonly ImmutableArray<string> BackupPrograms =
    [
        "restic", "borg", "borgmatic", "virtnbdbackup", "virt-backup", "rsnapshot", "bacula-fd", "bareos-fd", "proxmox-backup-client", "veeamagent", "veeamservice",
        "duplicity", "kopia", "bacula", "bareos", "veeam", "zrepl", "syncoid", "sanoid",
    ];

    private static readonly ImmutableArray<string> Schedules =
        ["etc/crontab", "etc/cron.d", "etc/cron.daily", "etc/cron.hourly", "etc/cron.weekly", "var/spool/cron", "etc/systemd/system"];

    /// <summary>The files and programs.</summary>
    public static readonly SnapshotSources All = new()
    {
        Files =
        [
            .. ((ReadOnlySpan<string>)
            [
                "/etc/libvirt/libvirtd.conf", "/etc/libvirt/virtqemud.conf", "/etc/libvirt/virtproxyd.conf", "/etc/libvirt/virtnetworkd.conf", "/etc/libvirt/qemu.conf",
                "/etc/libvirt/network.conf", "/etc/libvirt/virtlogd.conf", "/etc/libvirt/storage/*.xml", "/etc/libvirt/nwfilter/*.xml",
                "/etc/sysconfig/libvirtd", "/etc/default/libvirtd", "/etc/sysconfig/virtproxyd", "/etc/sysconfig/virtqemud",
                "/usr/lib/systemd/system/libvirtd*.socket", "/usr/lib/systemd/system/virt*.socket", "/etc/systemd/system/libvirtd*.socket",
                "/etc/systemd/system/virt*.socket", "/etc/systemd/system/libvirtd*.socket.d/*.conf", "/etc/systemd/system/virt*.socket.d/*.conf",
                "/etc/polkit-1/rules.d/*.rules", "/usr/share/polkit-1/rules.d/*libvirt*.rules", "/etc/polkit-1/localauthority/50-local.d/*.pkla",
            ]).ToArray().Select(static pattern => new FileSource(pattern, Cleaning.Secrets)),
            new("/etc/passwd", Cleaning.Hashes), new("/etc/group", Cleaning.Hashes),
            new("/var/lib/libvirt/qemu/snapshot/*/*.xml", SnapshotXml.Clean) { MaxFiles = 500 },
            new("/var/lib/libvirt/qemu/checkpoint/*/*.xml", SnapshotXml.Clean) { MaxFiles = 500 },
            new("/sys/kernel/security/lsm", Cleaning.Nothing), new("/sys/fs/selinux/enforce", Cleaning.Nothing),
            new("/sys/module/apparmor/parameters/enabled", Cleaning.Nothing),
            new("/proc/self/mounts", MountedDevices), new("/proc/swaps", Cleaning.Nothing),
        ],
        States =
        [
            // That one of these is there says that the tree was looked at at all.
            "/usr/bin", "/usr/sbin/libvirtd", "/usr/sbin/virtqemud", "/usr/sbin/virtproxyd", "/usr/bin/qemu-system-*", "/usr/libexec/qemu-kvm", "/usr/bin/qemu-img",
            "/etc/libvirt", "/etc/libvirt/qemu", "/etc/libvirt/qemu/networks", "/etc/libvirt/qemu/networks/autostart/*", "/etc/libvirt/qemu/autostart/*",
            "/etc/libvirt/hooks", "/etc/libvirt/hooks/*", "/etc/libvirt/hooks/*/*", "/run/libvirt/qemu", "/run/libvirt/libvirt-sock", "/run/libvirt/libvirt-sock-ro",
            "/run/libvirt/virtqemud-sock", "/run/libvirt/virtqemud-sock-ro", "/var/lib/libvirt/qemu/snapshot",
            "/usr/bin/restic", "/usr/bin/borg", "/usr/bin/virtnbdbackup", "/usr/bin/rsnapshot", "/usr/bin/proxmox-backup-client", "/usr/bin/veeamconfig",
        ],
        Commands =
        [
            new CommandSource(BackupMentions, Mentions("/"))
            {
                // 1: nothing found; 2: one of the places is not there.
                GoodCodes = [0, 1, 2],
                InRoot = Mentions,
            },
        ],
        FollowUps = [ImageQuestions.Of],
    };

    /// <summary>Of mounts(5) the devices, where they are mounted and as what: options may hold logins.</summary>
    internal static string MountedDevices(string text) => string.Join('\n', text.Split('\n').Select(static line => string.Join(' ', line.Split(' ').Take(3))));

    // grep -o prints the program's name only: schedules hold passwords often enough.
    private static Command Mentions(string root)
    {
        string top = root.TrimEnd('/');
        return Command.Of("grep", ["-rsHnowE", "--", string.Join('|', BackupPrograms), .. Schedules.Select(place => $"{top}/{place}")]) with
        {
            TimeLimit = TimeSpan.FromSeconds(5),
            MaxOutput = 256 * 1024,
        };
    }
}
