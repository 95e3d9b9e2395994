using Virtward.Core.Host;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Guarding;

/// <summary>What is read of a host for <see cref="GuardingFacts"/>.</summary>
public static class GuardingSources
{
    /// <summary>The last line of sshd in the journal of the last seven days.</summary>
    public const string SshdJournal = SnapshotNames.Audit + "journal-sshd.txt";

    /// <summary>The last line of libvirt's daemons in the journal of the last 30 days.</summary>
    public const string LibvirtJournal = SnapshotNames.Audit + "journal-libvirt.txt";

    // A journal of many gigabytes takes longer: then it is not known, and said so. "-n 1" reads from the end, by the journal's own index.
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(3);

    /// <summary>The files and programs. Of logs only names, sizes and times are read.</summary>
    public static readonly SnapshotSources All = new()
    {
        Files =
        [
            new FileSource("/etc/fail2ban/jail.conf", GuardingCleaning.Options),
            new FileSource("/etc/fail2ban/jail.local", GuardingCleaning.Options),
            new FileSource("/etc/fail2ban/jail.d/*", GuardingCleaning.Options),
            new FileSource("/etc/fail2ban/paths-*", GuardingCleaning.Options),
            new FileSource("/etc/firewalld/zones/*.xml", Cleaning.Nothing),
            .. SystemdConfig.Sources("journald.conf"),
            .. SystemdConfig.Sources("journal-upload.conf"),
            new FileSource("/etc/rsyslog.conf", GuardingCleaning.Options),
            new FileSource("/etc/rsyslog.d/*.conf", GuardingCleaning.Options),
        ],
        States =
        [
            "/etc/fail2ban/filter.d/*", "/var/log/*", "/var/log/journal/*", "/var/log/libvirt/*", "/var/log/libvirt/qemu/*.log",
            "/run/systemd/timesync/synchronized",
            "/etc/cron.daily/*",
        ],
        Commands =
        [
            Last(SshdJournal, "-7d", "_SYSTEMD_UNIT=ssh.service", "+", "_SYSTEMD_UNIT=sshd.service", "+", "SYSLOG_IDENTIFIER=sshd", "+",
                "SYSLOG_IDENTIFIER=sshd-session"),
            Last(LibvirtJournal, "-30d", "_SYSTEMD_UNIT=libvirtd.service", "+", "_SYSTEMD_UNIT=virtqemud.service", "+",
                "_SYSTEMD_UNIT=virtnetworkd.service", "+", "SYSLOG_IDENTIFIER=dnsmasq-dhcp"),
        ],
    };

    private static CommandSource Last(string name, string since, params ReadOnlySpan<string> match) =>
        new(name, new Command("journalctl", ["-q", "--no-pager", "-o", "short-unix", "-n", "1", $"--since={since}", .. match]) { TimeLimit = Short })
        {
            // 1: nothing was found.
            GoodCodes = [0, 1],

            // Only that there is a line, and when: who logged in is nobody's business here.
            Clean = static text => string.Join('\n', text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(' ')[0])),
        };
}
