using System.Collections.Immutable;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Unit;

namespace Virtward.Hardening.Checks.Services;

/// <summary>The clock is right, and no back door of systemd's is open.</summary>
public static class Svc03
{
    private const string Synchronized = "/run/systemd/timesync/synchronized";

    /// <summary>What a finding about the clock is about.</summary>
    internal const string ClockSubject = "clock";

    /// <summary>The units that keep a clock right.</summary>
    internal static readonly ImmutableArray<string> Clocks = ["chrony.service", "chronyd.service", "systemd-timesyncd.service", "ntpsec.service", "ntpd.service",
        "ntp.service", "openntpd.service"];

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SVC-03",
        Severity = Severity.Low,
        Title = "the clock is kept right, and neither a debug shell nor Ctrl+Alt+Del nor a dump over the network is open",
        Why = "Logs, certificates, bans and the guests' own clocks follow the host's. systemd's debug shell is a root shell without a password on a console; Ctrl+Alt+Del on a remote console restarts the host under all guests; a crash dump holds the memory of all of them.",
        References =
        [
            "CIS RHEL 9 v2.0.0 2.3.1",
            "CIS Debian 12 v1.1.0 2.3.1.1",
            "DISA STIG RHEL 9 RHEL-09-211050", "DISA STIG RHEL 9 RHEL-09-211055",
        ],
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Units.Problem is string problem)
        {
            return Outcome.Unknown($"which services run is not known: {problem}");
        }

        var findings = new List<Finding>();
        string? unseen = Clock(facts, findings);
        if (facts.Units.Find("debug-shell.service") is { } shell && (shell.IsActive || shell.IsEnabled))
        {
            findings.Add(new Finding("debug-shell.service", "a root shell without a password waits on a console (tty9)", new Remedy("Switch it off.")
            {
                Steps = ["systemctl disable --now debug-shell.service", "systemctl mask debug-shell.service"],
                Undo = "systemctl unmask debug-shell.service",
            })
            { Evidence = [new Evidence(EvidenceKind.Unit, shell.Name, shell.Told)], Severity = Severity.High });
        }

        if (facts.Access.BootWords.FirstOrDefault(static word => word is "systemd.debug_shell" or "systemd.debug-shell"
            || ((word.StartsWith("systemd.debug_shell=", StringComparison.Ordinal)
            || word.StartsWith("systemd.debug-shell=", StringComparison.Ordinal))
            && IniFile.Switch(word[(word.IndexOf('=', StringComparison.Ordinal) + 1)..]) != false)) is string word)
        {
            findings.Add(new Finding("systemd.debug_shell", "the kernel's command line asks for a root shell without a password",
                new Remedy("Take it out of the boot loader's configuration.")
            {
                Steps = [.. facts.Distribution.Choose<string[]>([$"grubby --update-kernel=ALL --remove-args={word}"],
                    [$"# /etc/default/grub: take {word} out of GRUB_CMDLINE_LINUX and GRUB_CMDLINE_LINUX_DEFAULT", "update-grub"])],
            })
            { Evidence = [Evidence.OfLine("/proc/cmdline", 1, word)], Severity = Severity.High });
        }

        if (facts.Units.FilesProblem is string files)
        {
            unseen ??= $"whether Ctrl+Alt+Del is off is not known: {files}";
        }
        else if (facts.Profile != Profile.Lab && facts.Units.Find("ctrl-alt-del.target") is { IsMasked: false } target)
        {
            findings.Add(new Finding("ctrl-alt-del.target", "Ctrl+Alt+Del on the console restarts the host", new Remedy("Mask it.")
            {
                Steps = ["systemctl mask ctrl-alt-del.target"],
                Undo = "systemctl unmask ctrl-alt-del.target",
            })
            { Evidence = [new Evidence(EvidenceKind.Unit, target.Name, target.Told)] });
        }

        KernelDump(facts, findings);
        unseen ??= facts.Access.CommandLine is null ? facts.Files.Why("/proc/cmdline") ?? "the running kernel's command line was not seen" : null;
        return Outcome.Of(findings, "the clock is in step; debug shell, Ctrl+Alt+Del and dumps over the network are off", unseen);
    }

    private static string? Clock(AuditFacts facts, List<Finding> findings)
    {
        if (Clocks.FirstOrDefault(facts.Units.IsActive) is not string clock)
        {
            findings.Add(new Finding(ClockSubject, "nothing keeps the clock right", new Remedy("Install and start chrony.")
            {
                Steps = [facts.Distribution.Install("chrony"), facts.Distribution.Choose("systemctl enable --now chronyd", "systemctl enable --now chrony")],
            })
            { Evidence = [new Evidence(EvidenceKind.Unit, facts.Distribution.Choose("chronyd.service", "chrony.service"),
                "does not run, nor does another of its kind")], Severity = Severity.Medium });
            return null;
        }

        if (clock == "systemd-timesyncd.service")
        {
            if (facts.Files.StatesProblem is string problem)
            {
                return $"whether the clock is in step is not known: {problem}";
            }

            if (facts.Files.State(Synchronized) is null)
            {
                findings.Add(NotInStep(clock, new Evidence(EvidenceKind.File, Synchronized, "not there"), "timedatectl timesync-status"));
            }

            return null;
        }

        if (!clock.StartsWith("chrony", StringComparison.Ordinal))
        {
            return $"{clock} runs; whether it is in step was not asked";
        }

        if (facts.Output(ClockSources.Chrony) is not string tracking)
        {
            return $"whether the clock is in step is not known: {facts.Why(ClockSources.Chrony)}";
        }

        // "Leap status     : Normal"
        string? leap = tracking.Split('\n').FirstOrDefault(static line => line.StartsWith("Leap status", StringComparison.Ordinal));
        if (leap is null)
        {
            return "chronyc said nothing of the clock's state";
        }

        if (leap.Contains("Not synchronised", StringComparison.OrdinalIgnoreCase))
        {
            findings.Add(NotInStep(clock, new Evidence(EvidenceKind.Output, "chronyc tracking", leap.Trim()), "chronyc sources -v"));
        }

        return null;
    }

    private static Finding NotInStep(string clock, Evidence evidence, string look) =>
        new("clock", $"{clock} runs, but has not got the time from anybody", new Remedy("See whether its servers answer; the firewall must let UDP 123 out.")
    {
        Steps = [look],
    })
    { Evidence = [evidence], Severity = Severity.Medium };

    private static void KernelDump(AuditFacts facts, List<Finding> findings)
    {
        if (!facts.Units.IsActive("kdump.service") && !facts.Units.IsEnabled("kdump.service"))
        {
            return;
        }

        if (facts.Files.Find("/etc/kdump.conf") is not ConfigFile file)
        {
            return;
        }

        System.Collections.Immutable.ImmutableArray<string> lines = file.Lines;
        for (int i = 0; i < lines.Length; i++)
        {
            string first = lines[i].Trim().Split(' ', '\t')[0];
            if (first is "nfs" or "ssh")
            {
                findings.Add(new Finding("kdump", first == "nfs" ? "a crash sends the host's memory over the network in clear"
                    : "a crash sends the host's memory over the network", new Remedy("Dump to a local, encrypted disk, or not at all.")
                {
                    Steps = ["# /etc/kdump.conf", "path /var/crash", "systemctl restart kdump"],
                    Undo = "Put the old line back.",
                })
                { Evidence = [Evidence.OfLine(file.Path, i + 1, lines[i])] });
            }
        }
    }
}
