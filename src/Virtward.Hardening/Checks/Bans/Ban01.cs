using Virtward.Core.Host;
using Virtward.Core.Policy;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Guarding;

namespace Virtward.Hardening.Checks.Bans;

/// <summary>A ban engine runs, and what it reads exists.</summary>
public static class Ban01
{
    private const string Logs = "/var/log/";
    private static readonly string[] TextLogs = ["/var/log/auth.log", "/var/log/secure"];

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "BAN-01",
        Severity = Severity.High,
        Title = "a ban engine runs and reads sshd's log from where it really is",
        Why = "Without bans the whole Internet guesses at whatever stays open, day and night. An engine that waits for a log file that no longer exists looks alive and sees nothing: newer distributions log to the journal only.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Units.Problem is string problem)
        {
            return Outcome.Unknown($"which ban engine runs is not known: {problem}");
        }

        bool ours = BanEngines.Virtward(facts), theirs = BanEngines.Fail2Ban(facts);
        if (!ours && !theirs)
        {
            return BanEngines.Other(facts) is string other
                ? Outcome.Unknown($"{other} runs; what it reads was not looked at")
                : Outcome.Of(
                    [new Finding("ban engine", "no ban engine runs", Start(facts))
                    {
                        Evidence = [.. BanEngines.Installed(facts)],
                        Severity = facts.Profile == Profile.Lab ? Severity.Medium : null,
                    }], "");
        }

        var findings = new List<Finding>();
        string? unseen = null;
        if (ours && !facts.Policy.Guard.Jails.Any(static jail => IsSshd(jail)))
        {
            findings.Add(new Finding("jail sshd", "no jail of the policy reads sshd's log", new Remedy("Put a jail for sshd into the policy.")
            {
                Steps = ["# /etc/virtward/policy.yaml, below guard: jails:", "sshd: { filter: sshd }", "systemctl restart virtward"],
            })
            { Evidence = [Evidence.OfSetting($"guard.jails of {facts.Policy.Origin}",
                string.Join(", ", facts.Policy.Guard.Jails.Select(static jail => jail.Name)))] });
        }

        // With Virtward's guard at work Fail2Ban's own troubles leave no gap.
        if (theirs && !ours)
        {
            unseen = Fail2Ban(facts, findings);
        }

        return Outcome.Of(findings, ours ? "virtward's guard runs and has a jail for sshd" : "Fail2Ban runs, and its jails' logs exist", unseen);
    }

    private static bool IsSshd(JailPolicy jail) => jail.Filter.Name == "sshd" || jail.Name.Contains("ssh", StringComparison.Ordinal);

    private static string? Fail2Ban(AuditFacts facts, List<Finding> findings)
    {
        if (!facts.Units.IsActive(BanEngines.Fail2BanUnit))
        {
            findings.Add(new Finding(BanEngines.Fail2BanUnit, "Fail2Ban is meant to run, and does not",
                new Remedy("See what it complains of: a jail without a log, or without a filter, stops it as a whole.")
            {
                Steps = ["fail2ban-client --test", "journalctl -u fail2ban -n 30"],
            })
            { Evidence = [new Evidence(EvidenceKind.Unit, BanEngines.Fail2BanUnit, facts.Units.Find(BanEngines.Fail2BanUnit)!.Told)] });
        }

        if (facts.Guarding.Fail2Ban is not Fail2BanConfig config || config.Problem is not null)
        {
            return BanEngines.Fail2BanUnseen(facts);
        }

        if (!config.Jails.Any(static jail => jail.Filter is "sshd" or "sshd-aggressive"))
        {
            findings.Add(new Finding("jail sshd", "no jail reads sshd's log",
                Journal(facts)) { Evidence = [Evidence.OfSetting("enabled jails", string.Join(", ", config.Jails.Select(static jail => jail.Name)))] });
        }

        string? unseen = null;
        foreach (Fail2BanJail jail in config.Jails)
        {
            if (jail.Backend == "systemd")
            {
                if (facts.Packages.Problem is null && !facts.Packages.Has("python3-systemd"))
                {
                    findings.Add(new Finding($"jail {jail.Name}", "it reads the journal, and the Python module for that is not installed", new Remedy("Install it.")
                    {
                        Steps = [facts.Distribution.Install("python3-systemd"), "systemctl restart fail2ban"],
                    })
                    { Evidence = [BanEngines.Told(jail, "backend"), new Evidence(EvidenceKind.Package, "python3-systemd", "not installed")] });
                }
            }
            else if (facts.Files.StatesProblem is string problem)
            {
                unseen ??= $"whether the jails' logs exist is not known: {problem}";
            }
            else if (jail.Logs.All(static log => log.LastIndexOf('/') != Logs.Length - 1))
            {
                // Only names directly in /var/log were listed.
                unseen ??= jail.Logs.IsEmpty ? $"jail {jail.Name} names no log that can be looked for"
                    : $"whether {jail.Logs[0]} of jail {jail.Name} exists was not looked at";
            }
            else if (!HasLog(facts, jail))
            {
                findings.Add(new Finding($"jail {jail.Name}",
                    $"the log that it reads does not exist ({string.Join(", ", jail.Logs)}), which stops Fail2Ban as a whole",
                    Journal(facts)) { Evidence = [BanEngines.Told(jail, "logpath"), BanEngines.Told(jail, "backend")] });
            }
        }

        return unseen;
    }

    /// <summary>Whether one of a jail's logs is there, or lies where nobody looked.</summary>
    internal static bool HasLog(AuditFacts facts, Fail2BanJail jail) => jail.Logs.Any(log => log.LastIndexOf('/') != Logs.Length - 1
        || facts.Files.States.Any(state => state.Path.StartsWith(Logs, StringComparison.Ordinal)
        && state.Path.LastIndexOf('/') == Logs.Length - 1 && Glob.Matches(log.AsSpan(Logs.Length), state.Path.AsSpan(Logs.Length))));

    private static Remedy Journal(AuditFacts facts) => new("Let it read the journal.")
    {
        Steps = [facts.Distribution.Install("python3-systemd"), "# /etc/fail2ban/jail.d/99-virtward.local", "[sshd]", "enabled = true",
            "backend = systemd", "fail2ban-client --test", "systemctl restart fail2ban"],
        Undo = "Remove /etc/fail2ban/jail.d/99-virtward.local; systemctl restart fail2ban.",
    };

    // Debian 12 and newer keep no text of it, and RHEL calls it otherwise: what is not there cannot be replayed.
    private static Remedy Start(AuditFacts facts) => new("Let virtward's guard ban; try first what it would do.")
    {
        Steps =
        [
            TextLogs.FirstOrDefault(log => facts.Files.State(log) is not null) is string log
                ? $"virtward guard replay {log}"
                : "journalctl -o short-iso -t sshd -t sshd-session --since -7d | virtward guard replay -",
            "systemctl enable --now virtward",
        ],
        Risk = Risk.Lockout,
        Undo = "systemctl disable --now virtward; virtward guard flush",
    };
}
