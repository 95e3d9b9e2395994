using System.Collections.Immutable;
using Virtward.Core.Host;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Access;

/// <summary>What is read of a host for <see cref="AccessFacts"/>.</summary>
public static class AccessSources
{
    /// <summary><c>getsebool -a</c>.</summary>
    public const string Booleans = SnapshotNames.Audit + "selinux-booleans.txt";

    /// <summary><c>auditctl -l</c>: the rules that the kernel has.</summary>
    public const string AuditRules = SnapshotNames.Audit + "audit-rules.txt";

    /// <summary><c>auditctl -s</c>: whether it audits at all.</summary>
    public const string AuditStatus = SnapshotNames.Audit + "audit-status.txt";

    /// <summary>What SELinux denied since yesterday, as <c>ausearch --raw</c> prints.</summary>
    public const string AuditDenials = SnapshotNames.Audit + "denials-audit.txt";

    /// <summary>What was denied in the last 24 hours, as the journal has it.</summary>
    public const string JournalDenials = SnapshotNames.Audit + "denials-journal.txt";

    /// <summary><c>matchpathcon -V</c> of the images.</summary>
    public const string Labels = SnapshotNames.Audit + "labels.txt";

    /// <summary><c>matchpathcon</c> of the pools' directories: the labels that they should have.</summary>
    public const string PoolLabels = SnapshotNames.Audit + "labels-pools.txt";

    /// <summary>Where libvirt keeps images of its own accord.</summary>
    public const string Images = "/var/lib/libvirt/images";

    /// <summary>The directories that are walked for setuid programs and for files that all may write.</summary>
    public static readonly ImmutableArray<string> Walked = ["/etc", "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib64", "/usr/libexec", "/usr/local"];

    // A journal of many gigabytes takes longer: then it is not known, and said so.
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(3);

    // The images of a large host are many; the labels of the first ones tell.
    private const int MaxImages = 200;

    /// <summary>The files and programs.</summary>
    public static readonly SnapshotSources All = new()
    {
        Files =
        [
            new FileSource("/sys/fs/selinux/enforce", Cleaning.Nothing),
            new FileSource("/etc/selinux/config", Cleaning.Nothing),
            new FileSource("/sys/module/apparmor/parameters/enabled", Cleaning.Nothing),
            new FileSource("/sys/kernel/security/apparmor/profiles", Cleaning.Nothing),
            new FileSource("/sys/kernel/security/lsm", Cleaning.Nothing),
            new FileSource("/etc/apparmor.d/usr.sbin.libvirtd", Cleaning.Nothing),
            new FileSource("/etc/apparmor.d/usr.sbin.virtqemud", Cleaning.Nothing),
            new FileSource("/etc/apparmor.d/usr.lib.libvirt.virt-aa-helper", Cleaning.Nothing),
            new FileSource("/etc/apparmor.d/force-complain/*", Cleaning.Nothing),
            new FileSource("/proc/self/mountinfo", AccessCleaning.Words),
            new FileSource("/proc/cmdline", AccessCleaning.Words),
            new FileSource("/etc/passwd", Cleaning.Hashes),
            new FileSource("/etc/group", Cleaning.Hashes),
            new FileSource("/etc/shadow", Cleaning.Hashes),
            new FileSource("/etc/sudoers", Cleaning.Nothing),
            new FileSource("/etc/sudoers.d/*", Cleaning.Nothing),
            new FileSource("/etc/pam.d/*", AccessCleaning.Words),
            new FileSource("/etc/login.defs", Cleaning.Nothing),
            new FileSource("/etc/security/faillock.conf", Cleaning.Nothing),
            new FileSource("/etc/security/pwquality.conf", Cleaning.Nothing),
            new FileSource("/etc/security/pwquality.conf.d/*.conf", Cleaning.Nothing),
            new FileSource("/etc/audit/rules.d/*.rules", Cleaning.Nothing),
            new FileSource("/etc/audit/audit.rules", Cleaning.Nothing),
            new FileSource("/etc/default/grub", AccessCleaning.Words),
            new FileSource("/etc/default/grub.d/*.cfg", AccessCleaning.Words),
            new FileSource("/boot/grub/grub.cfg", AccessCleaning.BootLoader),
            new FileSource("/boot/grub2/grub.cfg", AccessCleaning.BootLoader),
            new FileSource("/boot/grub2/user.cfg", AccessCleaning.BootLoader),
            new FileSource("/boot/efi/EFI/*/grub.cfg", AccessCleaning.BootLoader),
            new FileSource("/boot/efi/EFI/*/user.cfg", AccessCleaning.BootLoader),
            new FileSource("/etc/kdump.conf", Cleaning.Nothing),
            new FileSource("/etc/libvirt/storage/*.xml", Cleaning.Secrets),
        ],
        States =
        [
            "/etc", "/boot", "/usr", "/boot/loader/loader.conf", "/etc/passwd-", "/etc/group-", "/etc/gshadow", "/etc/shadow-", "/etc/gshadow-",
            "/etc/security/opasswd", "/etc/libvirt/secrets",
            "/etc/libvirt/secrets/*", "/var/lib/libvirt/secrets", "/var/lib/libvirt/secrets/*", "/etc/pki/libvirt/private",
            "/etc/pki/libvirt/private/*", "/etc/pki/qemu/*-key.pem",
            "/etc/pki/libvirt-vnc/*-key.pem", "/etc/pki/libvirt-spice/*-key.pem", "/etc/pki/libvirt/*-key.pem", "/etc/ssl/private",
            "/etc/ssl/private/*", "/etc/pki/tls/private/*",
            "/etc/crontab", "/etc/cron.d", "/etc/cron.d/*", "/etc/virtward", "/etc/virtward/*", "/etc/wireguard", "/etc/wireguard/*", $"{Images}/*",
        ],
        Walks = Walked,
        Commands =
        [
            new CommandSource(Booleans, Command.Of("getsebool", "-a")),
            new CommandSource(AuditRules, Command.Of("auditctl", "-l") with { TimeLimit = Short }),
            new CommandSource(AuditStatus, Command.Of("auditctl", "-s") with { TimeLimit = Short }),
            new CommandSource(AuditDenials, Command.Of("ausearch", "--input-logs", "--raw", "-m", "AVC", "-ts", "yesterday") with { TimeLimit = Short })
            {
                // 1: nothing was found.
                GoodCodes = [0, 1],
                Clean = Last200,
            },
            new CommandSource(JournalDenials, Command.Of(
                "journalctl", "-q", "--no-pager", "-o", "short-unix", "--since=-24h", "-n", "200", "-g", "(avc: +denied|apparmor=\"DENIED\").*(svirt|libvirt-)",
                "_TRANSPORT=kernel", "+", "_TRANSPORT=audit") with { TimeLimit = Short })
            {
                // 1: nothing was found (systemd 250 and newer).
                GoodCodes = [0, 1],
            },
        ],
        FollowUps = [ImageLabels],
    };

    private static IEnumerable<CommandSource> ImageLabels(Snapshot snapshot)
    {
        if (snapshot.Config("/sys/fs/selinux/enforce") is null)
        {
            yield break;
        }

        string[] images = [.. FileFacts.Read(snapshot).States.Where(static state => state.Path.StartsWith(Images + "/", StringComparison.Ordinal)
            && state.Kind == "file").Select(static state => state.Path).Take(MaxImages)];
        if (images.Length > 0)
        {
            // 1: one of them is not as it should be.
            yield return new CommandSource(Labels, new Command("matchpathcon", ["-V", .. images])) { GoodCodes = [0, 1] };
        }

        string[] pools = [.. PoolDirectories.Of(snapshot).Take(MaxImages)];
        if (pools.Length > 0)
        {
            yield return new CommandSource(PoolLabels, new Command("matchpathcon", [.. pools.Select(static pool => $"{pool}/image.qcow2")])) { GoodCodes = [0, 1] };
        }
    }

    private static string Last200(string text)
    {
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return string.Join('\n', lines.TakeLast(200));
    }
}
