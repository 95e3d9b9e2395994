using System.Collections.Immutable;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Guarding;

namespace Virtward.Hardening.Checks.Logs;

/// <summary>What sshd, libvirt and QEMU say is kept.</summary>
public static class Log03
{
    private static readonly string[] TextLogs = ["/var/log/auth.log", "/var/log/secure"];

    // What was used last week has written something since.
    private static readonly TimeSpan Recent = TimeSpan.FromDays(30);

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "LOG-03",
        Severity = Severity.Medium,
        Title = "what sshd, libvirt and QEMU say is kept, where those who count it look",
        Why = "Reports that count lines such as \"Failed password\" say 0 for ever once passwords are off, and everybody is content. What counts is that lines of these programs arrive at all: in the journal, or in the files that a ban engine and a report read.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Units.Problem is string problem)
        {
            return Outcome.Unknown($"which services run is not known: {problem}");
        }

        var findings = new List<Finding>();
        string? unseen = Sshd(facts, findings);
        unseen = Qemu(facts, findings) ?? unseen;
        return Outcome.Of(findings, "lines of sshd are in the journal or in a file, and running guests have their logs", unseen);
    }

    private static string? Sshd(AuditFacts facts, List<Finding> findings)
    {
        if (!facts.Units.IsActive("ssh.service") && !facts.Units.IsActive("sshd.service") && !facts.Units.IsActive("ssh.socket")
            && !facts.Units.IsActive("sshd.socket"))
        {
            return null;
        }

        FileState[] texts = [.. TextLogs.Select(facts.Files.State).OfType<FileState>()];
        if (texts.Any(state => state.Size > 0 && facts.Now - state.Modified < Recent))
        {
            return null;
        }

        string? journal = facts.Output(GuardingSources.SshdJournal);
        if (!string.IsNullOrWhiteSpace(journal))
        {
            return null;
        }

        if (journal is null)
        {
            return $"whether sshd's lines are kept is not known: {facts.Why(GuardingSources.SshdJournal)}";
        }

        // A journal that one may not read looks empty; one of a host that nobody logged in to for a week is.
        if (!facts.Host.Meta.Root)
        {
            return "it needs root to see sshd's lines in the journal";
        }

        findings.Add(new Finding("sshd", "sshd runs, and no line of it was kept in the last seven days",
            new Remedy("See whether it logs at all: log in once, then look.")
        {
            Steps = ["journalctl -t sshd -t sshd-session -n 5", "sshd -T | grep -iE 'loglevel|syslogfacility'"],
        })
        {
            Evidence = [new Evidence(EvidenceKind.Output, "journalctl", "no line of ssh.service, sshd.service, sshd or sshd-session"),
                .. texts.Select(static state => new Evidence(EvidenceKind.File, state.Path,
                $"{state.Size} bytes, changed {state.Modified.UtcDateTime:yyyy-MM-dd}"))],
        });
        return null;
    }

    private static string? Qemu(AuditFacts facts, List<Finding> findings)
    {
        ImmutableArray<string> running = [.. facts.Snapshot.StartingWith(SnapshotNames.RunningDomains)
            .Select(static file => file.Key[SnapshotNames.RunningDomains.Length..^(file.Key.EndsWith(".xml", StringComparison.Ordinal) ? 4 : 0)])
            .Where(static name => !name.Contains('%', StringComparison.Ordinal))];
        if (running.IsEmpty)
        {
            return null;
        }

        // The directory is root's alone.
        if (facts.Files.StatesProblem is string problem || !facts.Host.Meta.Root)
        {
            return "it needs root to see the guests' logs in /var/log/libvirt/qemu";
        }

        foreach (string guest in running.Where(guest => facts.Files.State($"/var/log/libvirt/qemu/{guest}.log") is null))
        {
            findings.Add(new Finding($"guest {guest}", "it runs, and QEMU's log of it is not there",
                new Remedy("See whether virtlogd runs and where QEMU's output goes (stdio_handler).")
            {
                Steps = ["systemctl status virtlogd.socket", "grep stdio_handler /etc/libvirt/qemu.conf"],
            })
            { Evidence = [new Evidence(EvidenceKind.File, $"/var/log/libvirt/qemu/{guest}.log", "not there")], Severity = Severity.Low });
        }

        return null;
    }
}
