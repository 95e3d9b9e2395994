using System.Collections.Immutable;
using Virtward.Core.Host;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Access;

namespace Virtward.Hardening.Checks.Accounts;

/// <summary>Secrets are for root alone, nobody else writes to the system, and no unknown program runs as another.</summary>
public static class Aut02
{
    private const int SetUid = 0x800, SetGid = 0x400, WritableByAll = 0x2, Sticky = 0x200;

    // What may stand at most; whom they belong to is root.
    private static readonly ImmutableArray<(string Pattern, int Most, Severity Severity)> Rules =
    [
        ("/etc/passwd", 0b110_100_100, Severity.High), ("/etc/passwd-", 0b110_100_100, Severity.Medium),
        ("/etc/group", 0b110_100_100, Severity.High), ("/etc/group-", 0b110_100_100, Severity.Medium),
        ("/etc/shadow", 0b110_100_000, Severity.High), ("/etc/shadow-", 0b110_100_000, Severity.High),
        ("/etc/gshadow", 0b110_100_000, Severity.High), ("/etc/gshadow-", 0b110_100_000, Severity.High),
        ("/etc/security/opasswd", 0b110_100_000, Severity.Medium),
        ("/etc/sudoers", 0b110_100_000, Severity.Medium), ("/etc/sudoers.d/*", 0b110_100_000, Severity.Medium),
        ("/etc/libvirt/secrets/*", 0b110_100_000, Severity.High), ("/var/lib/libvirt/secrets/*", 0b110_100_000, Severity.High),
        ("/etc/pki/libvirt/private/*", 0b110_100_000, Severity.High), ("/etc/pki/libvirt/*-key.pem", 0b110_100_000, Severity.High),
            ("/etc/pki/qemu/*-key.pem", 0b110_100_000, Severity.High),
        ("/etc/pki/libvirt-vnc/*-key.pem", 0b110_100_000, Severity.High), ("/etc/pki/libvirt-spice/*-key.pem", 0b110_100_000, Severity.High),
        ("/etc/ssl/private/*.key", 0b110_100_000, Severity.High), ("/etc/ssl/private/*.pem", 0b110_100_000, Severity.High),
            ("/etc/pki/tls/private/*.key", 0b110_100_000, Severity.High),
        ("/etc/wireguard/*", 0b110_100_000, Severity.High), ("/etc/virtward/*", 0b111_101_101, Severity.High),
        ("/etc/crontab", 0b110_100_100, Severity.High), ("/etc/cron.d/*", 0b110_100_100, Severity.High),
        ("/etc", 0b111_101_101, Severity.High), ("/usr", 0b111_101_101, Severity.High), ("/boot", 0b111_101_101, Severity.High),
    ];

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "AUT-02",
        Severity = Severity.Medium,
        Title = "secrets are for root alone, nobody else writes to the system's files, and no unknown program runs with other rights than its caller's",
        Why = "A key of libvirt's that others can read opens all guests over the network. A file below /etc or /usr that everybody may write is root for everybody, and a new setuid program is what an intruder leaves behind to come back.",
        References =
        [
            "CIS RHEL 9 v2.0.0 7.1.1", "CIS RHEL 9 v2.0.0 7.1.5", "CIS RHEL 9 v2.0.0 7.1.11", "CIS RHEL 9 v2.0.0 7.1.13",
            "CIS Debian 12 v1.1.0 7.1.1", "CIS Debian 12 v1.1.0 7.1.5", "CIS Debian 12 v1.1.0 7.1.11", "CIS Debian 12 v1.1.0 7.1.13",
        ],
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Files.StatesProblem is string problem && !facts.Files.States.Any())
        {
            return Outcome.Unknown($"owners and modes are not known: {problem}");
        }

        if (facts.Files.State("/etc/passwd") is null)
        {
            return Outcome.Unknown("owners and modes were not read");
        }

        var findings = new List<Finding>();
        foreach (FileState state in facts.Files.States)
        {
            (string _, int most, Severity severity) = Rules.FirstOrDefault(rule => Matches(rule.Pattern, state.Path));
            if (most != 0 && (state.Kind is "file" or "directory") && Wide(state, most, severity) is Finding wide)
            {
                findings.Add(wide);
            }
            else if (IsWalked(state.Path) && state.Kind != "link")
            {
                Walked(state, findings);
            }
        }

        return Outcome.Of(findings, "modes and owners are as they should be, and every setuid program is one that a distribution ships",
            facts.Files.StatesProblem ?? (facts.Host.Meta.Root ? null : "it needs root to see all files"));
    }

    private static Finding? Wide(FileState state, int most, Severity severity)
    {
        // A directory that may be read may be entered.
        int allowed = state.Kind == "directory" ? most | ((most & 0b100_100_100) >> 2) : most;
        int tooMuch = state.Mode & 0b111_111_111 & ~allowed & ~(state.Kind == "file" ? 0b001_001_000 : 0);
        if (tooMuch == 0 && state.Uid == 0)
        {
            return null;
        }

        string what = state.Uid != 0 ? $"it belongs to user {state.Uid}, not to root"
            : (tooMuch & 0b010_010) != 0 ? "others than root may write it" : "others than root may read it";
        string mode = $"0{Convert.ToString(state.Mode & allowed, 8).PadLeft(3, '0')}";
        return new Finding(state.Path, what, new Remedy("Give it back to root, and take the rest away.")
        {
            Steps = state.Uid != 0 ? [$"chown root '{state.Path}'", $"chmod {mode} '{state.Path}'"] : [$"chmod {mode} '{state.Path}'"],
            Modes = state.Uid != 0 ? [] : [new ModeValue(state.Path, (UnixFileMode)(state.Mode & (allowed | 0b111_000_000_000)))],
            Undo = $"chmod {state.ModeText} '{state.Path}'{(state.Uid != 0 ? $"; chown {state.Uid} '{state.Path}'" : "")}",
        })
        { Evidence = [Told(state)], Severity = severity };
    }

    private static void Walked(FileState state, List<Finding> findings)
    {
        if (state.Kind == "file" && (state.Mode & (SetUid | SetGid)) != 0 && !KnownSetId.Has(state.Path))
        {
            bool asRoot = (state.Mode & SetUid) != 0 && state.Uid == 0;
            findings.Add(new Finding(state.Path, (state.Mode & SetUid) != 0
                ? (asRoot ? "whoever starts it runs it as root, and no distribution ships it so" : $"whoever starts it runs it as user {state.Uid}")
                : $"whoever starts it gets group {state.Gid}",
                new Remedy("Find out where it comes from. Where no package does, treat the host as broken into; else take the bit away.")
                {
                    Steps = [$"dpkg -S '{state.Path}' || rpm -qf '{state.Path}'", $"chmod {((state.Mode & SetUid) != 0 ? "u-s" : "g-s")} '{state.Path}'"],
                    Risk = Risk.Service,
                    Undo = $"chmod {state.ModeText} '{state.Path}'",
                })
            { Evidence = [Told(state)], Severity = asRoot ? Severity.Medium : Severity.Low });
        }

        bool isSticky = state.Kind == "directory" && (state.Mode & Sticky) != 0;
        if ((state.Mode & WritableByAll) != 0 && !isSticky && (state.Kind is "file" or "directory"))
        {
            findings.Add(new Finding($"{state.Path} writable", "everybody may write it", new Remedy("Take that away, and look at what stands in it.")
            {
                Steps = [$"chmod o-w '{state.Path}'"],
                Modes = [new ModeValue(state.Path, (UnixFileMode)(state.Mode & 0b111_111_111_101))],
                Undo = $"chmod {state.ModeText} '{state.Path}'",
            })
            { Evidence = [Told(state)], Severity = Severity.High });
        }
    }

    private static Evidence Told(FileState state) => new(EvidenceKind.File, state.Path, $"mode {state.ModeText}, user {state.Uid}, group {state.Gid}");

    private static bool IsWalked(string path) => AccessSources.Walked.Any(top => path.StartsWith(top + "/", StringComparison.Ordinal));

    private static bool Matches(string pattern, string path)
    {
        int slash = pattern.LastIndexOf('/');
        return Glob.HasWildcard(pattern)
            ? path.Length > slash && path.LastIndexOf('/') == slash && string.CompareOrdinal(path, 0, pattern, 0, slash) == 0
                && Glob.Matches(pattern.AsSpan(slash + 1), path.AsSpan(slash + 1))
            : path == pattern;
    }
}
