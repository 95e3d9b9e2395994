using System.Globalization;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Hypervisor;

namespace Virtward.Hardening.Checks.Libvirt;

/// <summary>LV-17: who started and changed guests is written down, logs do not fill the disk, and hooks are root's.</summary>
public static class Lv17
{
    private const string Hooks = "/etc/libvirt/hooks";
    private const int WritableByOthers = 0x12; // 0022
    private const string Virtlogd = "/etc/libvirt/virtlogd.conf";

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "LV-17",
        Severity = Severity.Low,
        Title = "libvirt writes down what is done to guests, and only root may write its hooks",
        Why = "A hook runs as root each time a guest starts: whoever may write there is root. And without libvirt's audit messages nobody can tell later who gave a guest a disk or a device.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Hypervisor.NoLibvirt(facts) is Outcome none)
        {
            return none;
        }

        List<Finding> findings = [];
        string? unseen = Hypervisor.Unseen(Auditing(facts, findings), Logs(facts, findings), HookModes(facts, findings));
        return Outcome.Of(findings, "what is done to guests goes to the audit log, logs are rotated, and hooks are root's", unseen);
    }

    private static string? Auditing(AuditFacts facts, List<Finding> findings)
    {
        LibvirtConfig[] configs = [.. Hypervisor.Daemons(facts, remote: false).Where(static config => !config.Path.EndsWith("virtproxyd.conf", StringComparison.Ordinal))];
        if (configs.FirstOrDefault(static config => config.Problem is not null) is LibvirtConfig unread)
        {
            return unread.Problem;
        }

        LibvirtSetting? level = configs.Select(static config => config.Find("audit_level")).FirstOrDefault(static one => one is not null);
        bool logged = configs.Any(static config => config.Is("audit_logging", "1"));
        if (level?.Value == "2" || (logged && level?.Value != "0"))
        {
            return null;
        }

        // Level 1, the default, writes where the host has auditing.
        bool off = level?.Value == "0";
        if (!off && facts.Units.Problem is string why)
        {
            return why;
        }

        if (off || !facts.Units.IsActive("auditd.service"))
        {
            string path = configs.Length > 0 ? configs[0].Path : "/etc/libvirt/libvirtd.conf";
            findings.Add(new Finding("audit_level", off ? "libvirt is told to write no audit messages" : "nobody writes down what is done to guests: auditd does not run, and libvirt does not log it itself",
                Hypervisor.EditConfig(facts, path, "Let libvirt write audit messages to its log too.", "audit_level = 1", "audit_logging = 1", "# where auditd runs: audit_level = 2 refuses to start without it"))
            {
                Evidence = [level is not null ? Hypervisor.Seen(level) : new Evidence(EvidenceKind.Unit, "auditd.service", facts.Units.Find("auditd.service")?.Told ?? "not there")],
            });
        }

        return null;
    }

    private static string? Logs(AuditFacts facts, List<Finding> findings)
    {
        LibvirtConfig virtlogd = facts.Hypervisor.Config(Virtlogd);
        foreach (string name in (ReadOnlySpan<string>)["max_size", "max_backups"])
        {
            // Without a limit of size there is none at all; without backups only the newest stays, which is a choice.
            if (name == "max_size" && virtlogd.Find(name) is LibvirtSetting setting && long.TryParse(setting.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long size) && size <= 0)
            {
                findings.Add(new Finding("max_size", "guests' logs grow without end: a guest that talks fills the host's disk", new Remedy("Limit the size of guests' logs.")
                {
                    Steps = [$"# {Virtlogd}", "max_size = 2097152", "max_backups = 3", "systemctl reload virtlogd"],
                    Undo = "write the old value back, systemctl reload virtlogd",
                })
                {
                    Evidence = [Hypervisor.Seen(setting)],
                });
            }
        }

        if (facts.Hypervisor.Qemu.Find("stdio_handler") is { Value: "file" } direct)
        {
            findings.Add(new Finding("stdio_handler", "guests' logs are written past virtlogd, without a limit", Hypervisor.EditConfig(facts, facts.Hypervisor.Qemu.Path, "Let virtlogd write them.", "stdio_handler = \"logd\""))
            {
                Evidence = [Hypervisor.Seen(direct)],
            });
        }

        return virtlogd.Problem ?? facts.Hypervisor.Qemu.Problem;
    }

    private static string? HookModes(AuditFacts facts, List<Finding> findings)
    {
        foreach (FileState state in facts.Files.States.Where(static one => one.Path == Hooks || one.Path.StartsWith(Hooks + "/", StringComparison.Ordinal)))
        {
            if (state.Kind != "link" && (state.Uid != 0 || (state.Mode & WritableByOthers) != 0))
            {
                findings.Add(new Finding(state.Path, "somebody besides root may change what libvirt runs as root", new Remedy("Give it to root alone.")
                {
                    Steps = [$"chown root:root {Hypervisor.Quote(state.Path)}", $"chmod go-w {Hypervisor.Quote(state.Path)}"],
                    Undo = $"chown {state.Uid}:{state.Gid} and chmod {state.ModeText} as before",
                })
                {
                    Evidence = [new Evidence(EvidenceKind.File, state.Path, $"owner {state.Uid}:{state.Gid}, mode {state.ModeText}")],
                    Severity = Severity.High,
                });
            }
        }

        return facts.Files.StatesProblem;
    }
}
