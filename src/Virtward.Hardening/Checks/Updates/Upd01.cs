using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Updates;

/// <summary>Automatic security updates are really installed.</summary>
public static class Upd01
{
    private static readonly string[] Installing = ["dnf-automatic-install.timer", "dnf-automatic.timer", "dnf5-automatic.timer"];
    private static readonly string[] NotInstalling = ["dnf-automatic-download.timer", "dnf-automatic-notifyonly.timer"];

    // dnf5's own, then the host's, which goes over it (dnf5-automatic(8)); dnf has the second only.
    private static readonly string[] DnfFiles = ["/usr/share/dnf5/dnf5-plugins/automatic.conf", "/etc/dnf/automatic.conf"];
    private static readonly TimeSpan Late = TimeSpan.FromHours(48);

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "UPD-01",
        Severity = Severity.High,
        Title = "security updates install themselves, and did so in the last two days",
        Why = "A hole in QEMU, KVM or libvirt lets a guest out onto the host, and from there into every other guest. Exploits follow an advisory within days. Many set-ups only download updates, or tell of them, and everybody believes that they install them.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts) => facts.Distribution.Family switch
    {
        Family.Debian => Debian(facts),
        Family.Rhel => Rhel(facts),
        _ => Outcome.Unknown("the distribution is not known, and so not how it installs updates"),
    };

    private static Outcome Debian(AuditFacts facts)
    {
        if (facts.Packages.Problem is string packages)
        {
            return Outcome.Unknown($"which packages are installed is not known: {packages}");
        }

        if (!facts.Packages.Has("unattended-upgrades"))
        {
            return Outcome.Of(
                [new Finding("unattended-upgrades", "the package unattended-upgrades is not installed, so that nothing installs updates by itself", OnDebian())
                {
                    Evidence = [new Evidence(EvidenceKind.Package, "unattended-upgrades", "not installed")],
                    Severity = Lowered(facts),
                }], "");
        }

        var findings = new List<Finding>();
        AptSwitch(facts, findings, "APT::Periodic::Update-Package-Lists", "the lists of packages are never fetched");
        AptSwitch(facts, findings, "APT::Periodic::Unattended-Upgrade", "unattended-upgrades is never started");
        if (facts.Updates.Apt.Find("APT::Periodic::Enable") is FoundSetting enable && enable.Value == "0")
        {
            findings.Add(new Finding("APT::Periodic::Enable", "all periodic jobs of apt are switched off",
                Above(OnDebian(), enable)) { Evidence = [enable.Evidence], Severity = Lowered(facts) });
        }

        FoundSetting[] origins = [.. facts.Updates.Apt.List("Unattended-Upgrade::Origins-Pattern"),
            .. facts.Updates.Apt.List("Unattended-Upgrade::Allowed-Origins")];
        if (facts.Updates.Apt.Problem is null && !origins.Any(static origin => TakesSecurity(origin.Value)))
        {
            findings.Add(new Finding("Unattended-Upgrade::Origins-Pattern", "unattended-upgrades takes nothing from the security repository", OnDebian())
            {
                Evidence = origins.Length > 0 ? [.. origins.Select(static origin => origin.Evidence)]
                    : [Evidence.OfSetting("Unattended-Upgrade::Origins-Pattern", "(not set)")],
                Severity = Lowered(facts),
            });
        }

        string? unseen = facts.Updates.Apt.Problem;
        unseen ??= Timers(facts, findings, ["apt-daily.timer", "apt-daily-upgrade.timer"], OnDebian());
        unseen ??= LastRun(facts, findings, OnDebian(), ["/var/lib/apt/periodic/unattended-upgrades-stamp", "/var/lib/apt/periodic/upgrade-stamp"],
            "/var/lib/dpkg/info/unattended-upgrades.list", "apt-daily-upgrade.service");
        return Outcome.Of(findings, "apt fetches, unattended-upgrades installs from the security repository, both timers run", unseen);
    }

    // The remedy, with what is read after our file and so would win over it.
    private static Remedy Above(Remedy remedy, FoundSetting? now) => remedy with { Steps = [.. now?.StepsBefore("99-virtward") ?? [], .. remedy.Steps] };

    private static void AptSwitch(AuditFacts facts, List<Finding> findings, string name, string what)
    {
        FoundSetting? setting = facts.Updates.Apt.Find(name);
        if (facts.Updates.Apt.Problem is null && (setting is null || setting.Value is "0" or "" or "never"))
        {
            findings.Add(new Finding(name, what, Above(OnDebian(), setting)) { Evidence = [setting?.Evidence ?? Evidence.OfSetting(name, "(not set)")], Severity = Lowered(facts) });
        }
    }

    // "origin=Debian,codename=${distro_codename}-security,label=Debian-Security", "${distro_id}:${distro_codename}-security", or one that takes all of an origin.
    private static bool TakesSecurity(string pattern) => pattern.Contains("security", StringComparison.OrdinalIgnoreCase)
        || pattern.Split(',').All(static part => part.Trim().StartsWith("origin=", StringComparison.Ordinal)
            || part.Trim().StartsWith("o=", StringComparison.Ordinal));

    private static Outcome Rhel(AuditFacts facts)
    {
        // Of another root only what starts at boot is known, and that is enough to tell what is wrong for certain.
        string? unseenUnits = facts.Units.Problem is string units ? $"which timers run is not known: {units}" : null;
        if (unseenUnits is not null && facts.Units.FilesProblem is not null)
        {
            return Outcome.Unknown(unseenUnits);
        }

        Func<string, bool> isOn = unseenUnits is null ? facts.Units.IsActive : facts.Units.IsEnabled;

        // The timers whose names say what they do go over the configuration (dnf-automatic(8)).
        string? running = Installing.FirstOrDefault(isOn);
        if (running is null)
        {
            string? other = NotInstalling.FirstOrDefault(isOn);
            return Outcome.Of(
                [new Finding("dnf-automatic", other is not null ? $"{other} {(unseenUnits is null ? "runs" : "starts with the host")}, which never installs an update"
                    : unseenUnits is null ? "no timer installs updates" : "no timer that installs updates starts with the host", OnRhel(facts))
                {
                    Evidence = [new Evidence(EvidenceKind.Unit, other ?? "dnf-automatic.timer",
                        facts.Units.Find(other ?? "dnf-automatic.timer")?.Told ?? "there is no such unit")],
                    Severity = Lowered(facts),
                }], "");
        }

        var findings = new List<Finding>();
        (FoundSetting? apply, FoundSetting? type, string? unseen) = DnfSettings(facts);
        if (running != "dnf-automatic-install.timer" && unseen is null && IniFile.Switch(apply?.Value ?? "no") != true)
        {
            findings.Add(new Finding("apply_updates", "updates are looked for, and not installed", OnRhel(facts))
            {
                Evidence = [apply?.Evidence ?? Evidence.OfSetting("apply_updates", "(not set: no)")],
                Severity = Lowered(facts),
            });
        }

        if (facts.Distribution.Id == "centos" && type?.Value == "security")
        {
            findings.Add(new Finding("upgrade_type",
                "only updates with a security notice are taken, and CentOS Stream publishes none, so that nothing is ever installed",
                new Remedy("Take all updates.") { Steps = ["# /etc/dnf/automatic.conf, section [commands]", "upgrade_type = default"],
                    Risk = Risk.Service, Undo = "Put the old value back." })
            {
                Evidence = [type.Evidence],
                Severity = Lowered(facts),
            });
        }

        unseen ??= unseenUnits ?? LastRun(facts, findings, OnRhel(facts), [$"/var/lib/systemd/timers/stamp-{running}"], "/etc/dnf/automatic.conf",
            running.Replace(".timer", ".service", StringComparison.Ordinal));
        return Outcome.Of(findings, $"{running} runs and installs updates", unseen);
    }

    private static (FoundSetting?, FoundSetting?, string?) DnfSettings(AuditFacts facts)
    {
        FoundSetting? apply = null, type = null;
        foreach (ConfigFile file in DnfFiles.Select(facts.Files.Find).OfType<ConfigFile>())
        {
            foreach (IniEntry entry in IniFile.Read(file).Where(static entry => entry.Section == "commands"))
            {
                var setting = new FoundSetting(entry.Value, file.Path, entry.Line, $"{entry.Key} = {entry.Value}");
                apply = entry.Key == "apply_updates" ? setting : apply;
                type = entry.Key == "upgrade_type" ? setting : type;
            }
        }

        return (apply, type, facts.Files.Why("/etc/dnf/automatic.conf"));
    }

    private static string? Timers(AuditFacts facts, List<Finding> findings, string[] timers, Remedy remedy)
    {
        if (facts.Units.Problem is string problem)
        {
            return $"which timers run is not known: {problem}";
        }

        foreach (string timer in timers.Where(timer => !facts.Units.IsActive(timer)))
        {
            findings.Add(new Finding(timer, $"{timer} does not run", remedy)
            {
                Evidence = [new Evidence(EvidenceKind.Unit, timer, facts.Units.Find(timer)?.Told ?? "there is no such unit")],
                Severity = Lowered(facts),
            });
        }

        return null;
    }

    // What was set up an hour ago has not run yet, and that is no fault.
    private static string? LastRun(AuditFacts facts, List<Finding> findings, Remedy remedy, string[] stamps, string setUp, string unit)
    {
        if (facts.Files.StatesProblem is string problem)
        {
            return $"when updates ran last is not known: {problem}";
        }

        FileState? last = stamps.Select(facts.Files.State).OfType<FileState>().MaxBy(static state => state.Modified);
        FileState? since = last ?? facts.Files.State(setUp);
        if (since is null)
        {
            return "when updates ran last is not known: there is no mark of a run";
        }

        if (facts.Now - since.Modified > Late && findings.Count == 0)
        {
            findings.Add(new Finding("last run", last is null ? "there is no mark that updates ever ran" : "updates have not run for more than two days",
                remedy with { Summary = $"See why it does not run: journalctl -u {unit}.", Steps = [$"journalctl -u {unit} -n 50", $"systemctl start {unit}"] })
            {
                Evidence = [new Evidence(EvidenceKind.File, since.Path, $"changed {since.Modified.UtcDateTime:yyyy-MM-dd HH:mm} UTC")],
                Severity = Lowered(facts) ?? Severity.Medium,
            });
        }

        return null;
    }

    private static Severity? Lowered(AuditFacts facts) => facts.Profile == Profile.Lab ? Severity.Low : null;

    private static Remedy OnDebian() => new("Let unattended-upgrades install what the security repository has.")
    {
        Steps =
        [
            "apt-get install unattended-upgrades",
            "# /etc/apt/apt.conf.d/99-virtward",
            "APT::Periodic::Enable \"1\";",
            "APT::Periodic::Update-Package-Lists \"1\";",
            "APT::Periodic::Unattended-Upgrade \"1\";",
            "Unattended-Upgrade::Origins-Pattern:: \"origin=${distro_id},archive=${distro_codename}-security\";",
            "Unattended-Upgrade::Origins-Pattern:: \"origin=Debian,codename=${distro_codename}-security,label=Debian-Security\";",
            "systemctl enable --now apt-daily.timer apt-daily-upgrade.timer",
            "unattended-upgrade --dry-run --debug",
        ],
        Risk = Risk.Service,
        Undo = "Remove /etc/apt/apt.conf.d/99-virtward.",
    };

    private static Remedy OnRhel(AuditFacts facts)
    {
        bool five = facts.Packages.Has("dnf5");
        string timer = five ? "dnf5-automatic.timer" : "dnf-automatic.timer";
        string type = facts.Distribution.Id == "centos" ? "default" : "security";
        return new Remedy("Let dnf-automatic install security updates: as it comes it only downloads them.")
        {
            Steps =
            [
                five ? "dnf install dnf5-plugin-automatic" : "dnf install dnf-automatic",
                "# /etc/dnf/automatic.conf, section [commands]",
                $"upgrade_type = {type}",
                "apply_updates = yes",
                $"systemctl enable --now {timer}",
            ],
            Risk = Risk.Service,
            Undo = $"systemctl disable --now {timer}; put the old /etc/dnf/automatic.conf back.",
        };
    }
}
