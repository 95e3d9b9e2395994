using System.Collections.Immutable;
using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Inventory.Guarding;

/// <summary>Facts: Fail2Ban, logs, reports and backups.</summary>
public sealed class GuardingFacts
{
    private GuardingFacts()
    {
    }

    /// <summary>Fail2Ban's configuration; null: there is none, or it was not looked for.</summary>
    public Fail2BanConfig? Fail2Ban { get; private init; }

    /// <summary>journald's settings in force, by <c>Journal.Key</c>.</summary>
    public ImmutableSortedDictionary<string, FoundSetting> Journald { get; private init; } = ImmutableSortedDictionary<string, FoundSetting>.Empty;

    /// <summary>systemd-journal-upload's settings, by <c>Upload.Key</c>.</summary>
    public ImmutableSortedDictionary<string, FoundSetting> JournalUpload { get; private init; } = ImmutableSortedDictionary<string, FoundSetting>.Empty;

    /// <summary>Why a part of journald's configuration is not known; null: it is known.</summary>
    public string? JournaldProblem { get; private init; }

    /// <summary>rsyslog's configuration, file by file; empty: there is none.</summary>
    public ImmutableArray<ConfigFile> Rsyslog { get; private init; } = [];

    /// <summary>Reads them; never fails as a whole.</summary>
    public static GuardingFacts Read(Snapshot snapshot)
    {
        FileFacts files = FileFacts.Read(snapshot);
        ConfigFile? rsyslog = files.Find("/etc/rsyslog.conf");
        return new GuardingFacts
        {
            Fail2Ban = Fail2BanConfig.Read(files),
            Journald = SystemdConfig.Read(files, "journald.conf"),
            JournaldProblem = SystemdConfig.Why(files, "journald.conf"),
            JournalUpload = SystemdConfig.Read(files, "journal-upload.conf"),
            Rsyslog = rsyslog is null ? [] : [rsyslog, .. files.In("/etc/rsyslog.d", "*.conf")],
        };
    }
}
