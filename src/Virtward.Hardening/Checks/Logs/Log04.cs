using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Logs;

/// <summary>Somebody is told, every day.</summary>
public static class Log04
{
    private static readonly string[] ReportUnits = ["virtward-report.timer", "logwatch.timer", "logcheck.timer"];
    private static readonly string[] ReportPackages = ["logwatch", "logcheck"];
    private static readonly string[] IntegrityUnits = ["dailyaidecheck.timer", "aide-check.timer", "aidecheck.timer", "wazuh-agent.service",
        "ossec.service", "ossec-hids.service", "samhain.service", "osqueryd.service", "falco.service", "tripwire-check.timer"];
    private static readonly string[] IntegrityJobs = ["/etc/cron.daily/aide", "/etc/cron.daily/dailyaidecheck", "/etc/cron.daily/tripwire",
        "/etc/cron.daily/tripwire-check", "/etc/cron.d/aide"];

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "LOG-04",
        Severity = Severity.Low,
        Title = "a report goes out every day, and something watches the host's files",
        Why = "Nobody reads logs by himself. A report that comes each day is noticed when it does not come; a changed program in /usr is noticed by nobody but a tool that compares.",
        References = ["CIS RHEL 9 v2.0.0 6.1.2", "CIS Debian 12 v1.1.0 6.3.2", "DISA STIG RHEL 9 RHEL-09-651015"],
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Units.Problem is string problem)
        {
            return Outcome.Unknown($"which services run is not known: {problem}");
        }

        if (facts.Profile == Profile.Lab)
        {
            return Outcome.NotApplicable("the profile lab does not ask for it");
        }

        if (facts.Packages.Problem is string packages)
        {
            return Outcome.Unknown($"which packages are installed is not known: {packages}");
        }

        var findings = new List<Finding>();
        if (!ReportUnits.Any(facts.Units.IsActive) && !ReportPackages.Any(facts.Packages.Has))
        {
            findings.Add(new Finding("daily report", "nothing sends a report", new Remedy("Let one be sent each day, and read it.")
            {
                Steps = [facts.Distribution.Install("logwatch"), "logwatch --output stdout --range yesterday"],
                Undo = facts.Distribution.Uninstall("logwatch"),
            })
            { Evidence = [new Evidence(EvidenceKind.Unit, string.Join(", ", ReportUnits), "none runs"),
                new Evidence(EvidenceKind.Package, string.Join(", ", ReportPackages), "none is installed")] });
        }

        if (!IntegrityUnits.Any(facts.Units.IsActive) && !IntegrityJobs.Any(job => facts.Files.State(job) is not null))
        {
            findings.Add(new Finding("file integrity", "nothing compares the host's files with what they were",
                new Remedy("Install AIDE, make its first database, and keep a copy of that elsewhere.")
            {
                Steps = facts.Distribution.Choose<System.Collections.Immutable.ImmutableArray<string>>(
                    ["dnf install aide", "aide --init", "mv /var/lib/aide/aide.db.new.gz /var/lib/aide/aide.db.gz", "# /etc/cron.d/aide",
                        "30 4 * * * root /usr/sbin/aide --check"],
                    ["apt-get install aide", "aideinit", "systemctl enable --now dailyaidecheck.timer"]),
                Risk = Risk.Performance,
                Undo = facts.Distribution.Choose("dnf remove aide; rm /etc/cron.d/aide", facts.Distribution.Uninstall("aide")),
            })
            { Evidence = [new Evidence(EvidenceKind.Unit, string.Join(", ", IntegrityUnits.Take(4)), "none runs")] });
        }

        return Outcome.Of(findings, "a daily report is set up, and the host's files are compared");
    }
}
