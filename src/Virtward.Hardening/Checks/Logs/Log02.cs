using System.Collections.Immutable;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Logs;

/// <summary>A copy of the log lies elsewhere.</summary>
public static class Log02
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "LOG-02",
        Severity = Severity.Medium,
        Title = "a copy of the log goes to another machine, encrypted",
        Why = "Whoever is root on the host rewrites its logs first. Only a copy that he cannot reach tells what he did, and to which guests.",
        References =
        [
            "CIS RHEL 9 v2.0.0 6.2.2.1.3", "CIS RHEL 9 v2.0.0 6.2.3.6",
            "CIS Debian 12 v1.1.0 6.1.2.1.3", "CIS Debian 12 v1.1.0 6.1.3.6",
            "DISA STIG RHEL 9 RHEL-09-652045", "DISA STIG RHEL 9 RHEL-09-652055",
        ],
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

        if (facts.Units.IsActive("rsyslog.service") && facts.Guarding.Rsyslog.IsEmpty)
        {
            return Outcome.Unknown(facts.Files.Why("/etc/rsyslog.conf") ?? "rsyslog runs, and its configuration was not read");
        }

        ImmutableArray<RemoteLog> all = RemoteLog.Find(facts);
        string? unseen = facts.Files.WhyIn("/etc/rsyslog.d")
            ?? (all.Any(static log => log.Secure is null)
            ? $"{all.First(static log => log.Secure is null).What} runs; where it sends, and how, was not read" : null);
        if (all.IsEmpty)
        {
            return unseen is not null
                ? Outcome.Unknown(unseen)
                : Outcome.Of(
                    [new Finding("remote log", "no log line leaves this host", Upload(facts))
                    {
                        Evidence = [new Evidence(EvidenceKind.Unit, "systemd-journal-upload.service",
                            facts.Units.Find("systemd-journal-upload.service")?.Told ?? "there is no such unit"),
                            new Evidence(EvidenceKind.Unit, "rsyslog.service", facts.Units.IsActive("rsyslog.service")
                            ? "active, without a target elsewhere" : "does not run")],
                    }], "");
        }

        // One encrypted copy is enough; a second way in clear still tells everybody on the wire.
        return Outcome.Of(
            all.Where(static log => log.Secure == false)
                .Select(log => new Finding($"{log.What} {log.Evidence.Where}",
                "it sends the log in clear, for everybody on the way to read and to forge", Upload(facts)) { Evidence = [log.Evidence] })
                .DistinctBy(static finding => finding.Subject),
            $"{all[0].What} sends the log to another machine, encrypted; whether it arrives is to be seen there",
            unseen);
    }

    private static Remedy Upload(AuditFacts facts) => new("Send the journal to a log server by systemd's own means, over TLS with certificates on both sides.")
    {
        Steps =
        [
            facts.Distribution.Install("systemd-journal-remote"), "# /etc/systemd/journal-upload.conf.d/00-virtward.conf", "[Upload]", "URL=https://LOGSERVER:19532",
            "ServerKeyFile=/etc/pki/journal-upload/key.pem", "ServerCertificateFile=/etc/pki/journal-upload/cert.pem",
            "TrustedCertificateFile=/etc/pki/journal-upload/ca.pem",
            "systemctl enable --now systemd-journal-upload.service",
        ],
        Undo = "systemctl disable --now systemd-journal-upload.service; remove /etc/systemd/journal-upload.conf.d/00-virtward.conf.",
    };
}
