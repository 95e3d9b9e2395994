using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Logs;

/// <summary>The journal outlives a reboot, and cannot be flooded.</summary>
public static class Log01
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "LOG-01",
        Severity = Severity.Medium,
        Title = "the journal outlives a reboot, keeps to a size, and cannot be flooded",
        Why = "After a break-in, or a crash with all guests, the first question is what happened before. A journal in memory is gone with the reboot; one without a limit fills the disk that the guests' images lie on.",
        References =
        [
            "CIS RHEL 9 v2.0.0 6.2.1.3", "CIS RHEL 9 v2.0.0 6.2.2.4",
            "CIS Debian 12 v1.1.0 6.1.1.3", "CIS Debian 12 v1.1.0 6.1.2.4",
        ],
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Files.StatesProblem is string states && !facts.Files.States.Any())
        {
            return Outcome.Unknown($"whether /var/log/journal exists is not known: {states}");
        }

        if (facts.Guarding.JournaldProblem is string problem)
        {
            return Outcome.Unknown(problem);
        }

        // A host of which not even /var/log was listed tells nothing by what it lacks.
        if (!facts.Files.States.Any(static state => state.Path.StartsWith("/var/log/", StringComparison.Ordinal)))
        {
            return Outcome.Unknown("/var/log was not listed");
        }

        var findings = new List<Finding>();
        FoundSetting? storage = facts.Guarding.Journald.GetValueOrDefault("Journal.Storage");
        string mode = storage?.Value.ToLowerInvariant() ?? "auto";
        FileState? directory = facts.Files.State("/var/log/journal");
        bool hasText = facts.Units.IsActive("rsyslog.service") || facts.Units.IsActive("syslog-ng.service");
        if (mode is "volatile" or "none" || (mode == "auto" && directory is null))
        {
            findings.Add(new Finding("Storage", mode == "auto" ? "the journal lies in memory: there is no /var/log/journal"
                : $"the journal is {mode}", Settings(storage, "Storage=persistent"))
            {
                Evidence = [storage?.Evidence ?? Evidence.OfSetting("Storage", "(not set: auto)"),
                    new Evidence(EvidenceKind.File, "/var/log/journal", directory is null ? "not there" : $"mode {directory.ModeText}")],

                // The same lines lie in files then.
                Severity = hasText ? Severity.Low : null,
            });
        }

        foreach (string key in new[] { "RateLimitIntervalSec", "RateLimitBurst", "RateLimitInterval" })
        {
            if (facts.Guarding.Journald.GetValueOrDefault("Journal." + key) is FoundSetting limit && limit.Value.TrimEnd('s') == "0")
            {
                findings.Add(new Finding(key, "no limit holds a service back that floods the journal",
                    Settings(limit, "RateLimitIntervalSec=30s", "RateLimitBurst=10000")) { Evidence = [limit.Evidence], Severity = Severity.Low });
            }
        }

        if (facts.Guarding.Journald.GetValueOrDefault("Journal.SystemMaxUse") is FoundSetting size && size.Value.EndsWith('%')
            && int.TryParse(size.Value[..^1], out int percent) && percent > 50)
        {
            findings.Add(new Finding("SystemMaxUse", "the journal may fill more than half of the disk",
                Settings(size, "SystemMaxUse=2G")) { Evidence = [size.Evidence], Severity = Severity.Low });
        }

        return Outcome.Of(findings, $"the journal is kept on disk ({mode}), within journald's limits of size and rate");
    }

    private static Remedy Settings(FoundSetting? now, params string[] lines) => new("Say so in a drop-in.")
    {
        Steps = [.. now?.StepsBefore("99-virtward.conf") ?? [], "# /etc/systemd/journald.conf.d/99-virtward.conf", "[Journal]", .. lines, "systemctl restart systemd-journald", "journalctl --flush"],
        Risk = Risk.Performance,
        Undo = "Remove /etc/systemd/journald.conf.d/99-virtward.conf; systemctl restart systemd-journald.",
    };
}
