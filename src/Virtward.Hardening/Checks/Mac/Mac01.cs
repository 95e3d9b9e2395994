using System.Collections.Immutable;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Access;

namespace Virtward.Hardening.Checks.Mac;

/// <summary>SELinux or AppArmor binds libvirt and its guests.</summary>
public static class Mac01
{
    private static readonly string[] Daemons = ["libvirtd", "/usr/sbin/libvirtd", "virtqemud", "/usr/sbin/virtqemud"];
    private static readonly string[] Helpers = ["virt-aa-helper", "/usr/lib/libvirt/virt-aa-helper"];

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "MAC-01",
        Severity = Severity.High,
        Title = "SELinux or AppArmor is on and enforces, now and after the next boot",
        Why = "All guests' QEMU processes run as the same user. What keeps one that was broken into away from the disks of the others is sVirt alone: a label or a profile for each guest, which SELinux or AppArmor enforces.",
        References =
        [
            "CIS RHEL 9 v2.0.0 1.3.1.2", "CIS RHEL 9 v2.0.0 1.3.1.5",
            "CIS Debian 12 v1.1.0 1.3.1.2", "CIS Debian 12 v1.1.0 1.3.1.4",
            "DISA STIG RHEL 9 RHEL-09-431010",
        ],
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (!facts.Access.KernelWasSeen)
        {
            return Outcome.Unknown("the running kernel was not seen");
        }

        return MacKind.IsSelinux(facts) ? Selinux(facts) : AppArmor(facts);
    }

    private static Outcome Selinux(AuditFacts facts)
    {
        var findings = new List<Finding>();
        if (facts.Access.SelinuxEnforces != true)
        {
            findings.Add(new Finding("SELinux", facts.Access.SelinuxEnforces is null ? "SELinux is off"
                : "SELinux is permissive: it tells what it would stop, and stops nothing", Enforcing(facts.Access.SelinuxEnforces is null))
            {
                Evidence = [new Evidence(EvidenceKind.Setting, "/sys/fs/selinux/enforce", facts.Access.SelinuxEnforces is null ? "not there" : "0")],
            });
        }

        string? unseen = facts.Files.Why("/etc/selinux/config");
        if (facts.Access.SelinuxAtBoot is FoundSetting boot && !boot.Value.Equals("enforcing", StringComparison.OrdinalIgnoreCase))
        {
            findings.Add(new Finding("/etc/selinux/config", $"the next boot makes it {boot.Value}",
                Enforcing(boot.Value.Equals("disabled", StringComparison.OrdinalIgnoreCase))) { Evidence = [boot.Evidence] });
        }
        else if (facts.Access.SelinuxAtBoot is null)
        {
            unseen ??= "what SELinux does after the next boot is not known: /etc/selinux/config does not say";
        }

        findings.AddRange(BootWords(facts, ["selinux=0", "enforcing=0"], "SELinux"));
        return Outcome.Of(findings, "SELinux enforces, and will after the next boot", unseen);
    }

    private static Outcome AppArmor(AuditFacts facts)
    {
        var findings = new List<Finding>(BootWords(facts, ["apparmor=0"], "AppArmor"));
        if (facts.Access.AppArmorIsOn != true)
        {
            findings.Add(new Finding("AppArmor", "neither AppArmor nor SELinux is on", new Remedy("Switch AppArmor on in the kernel's command line and restart.")
            {
                Steps =
                [
                    facts.Distribution.Install("apparmor apparmor-utils"), "# /etc/default/grub.d/99-virtward.cfg",
                    "GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT apparmor=1 security=apparmor\"", "update-grub", "systemctl reboot",
                ],
                Risk = Risk.Service | Risk.Guests,
                Undo = "Remove /etc/default/grub.d/99-virtward.cfg; update-grub; reboot.",
            })
            { Evidence = [new Evidence(EvidenceKind.Setting, "/sys/module/apparmor/parameters/enabled", facts.Access.AppArmorIsOn is null
                ? "not there" : "not Y, or not there")] });
            return Outcome.Of(findings, "");
        }

        if (facts.Access.Profiles.IsDefault)
        {
            return Outcome.Of(findings, "", facts.Files.Why("/sys/kernel/security/apparmor/profiles")
                ?? "AppArmor is on, but its profiles could not be read (/sys/kernel/security/apparmor/profiles)");
        }

        bool? libvirt = MacKind.HasLibvirt(facts);
        if (libvirt == true)
        {
            Demand(facts, findings, Daemons, "libvirt's daemon");
            Demand(facts, findings, Helpers, "virt-aa-helper, which makes the guests' profiles,");
        }

        foreach (AppArmorProfile profile in facts.Access.Profiles.Where(static profile =>
            profile.Name.StartsWith("libvirt-", StringComparison.Ordinal) && !profile.Name.Contains("//", StringComparison.Ordinal) && !profile.Enforces))
        {
            findings.Add(new Finding(profile.Name, $"a guest's profile is in {profile.Mode} mode and stops nothing",
                Enforce(profile.Name)) { Evidence = [Told(profile)] });
        }

        return Outcome.Of(findings, $"AppArmor enforces {facts.Access.Profiles.Count(static profile => profile.Enforces)} profiles{(libvirt == true ? ", libvirt's among them" : "")}",
            libvirt is null ? $"whether libvirt is installed is not known: {facts.Packages.Problem}" : null);
    }

    private static void Demand(AuditFacts facts, List<Finding> findings, string[] names, string what)
    {
        AppArmorProfile[] found = [.. facts.Access.Profiles.Where(profile => names.Contains(profile.Name))];
        if (found.Length == 0)
        {
            findings.Add(new Finding(names[0], $"{what} has no profile", new Remedy("Load libvirt's profiles.")
            {
                Steps = [facts.Distribution.Install("libvirt-daemon-system apparmor-utils"), "systemctl reload apparmor", "systemctl restart libvirtd"],
                Risk = Risk.Service,
            })
            { Evidence = [new Evidence(EvidenceKind.Output, "/sys/kernel/security/apparmor/profiles", $"no {names[0]}")] });
        }

        // Debian 13 loads libvirtd's and virtqemud's: each that is there must hold.
        foreach (AppArmorProfile profile in found.Where(static profile => !profile.Enforces))
        {
            findings.Add(new Finding(profile.Name, $"the profile of {profile.Name} is in {profile.Mode} mode and stops nothing",
                Enforce(profile.Name)) { Evidence = [Told(profile)] });
        }
    }

    private static Evidence Told(AppArmorProfile profile) => new(EvidenceKind.Output, "/sys/kernel/security/apparmor/profiles", $"{profile.Name} ({profile.Mode})");

    private static IEnumerable<Finding> BootWords(AuditFacts facts, string[] bad, string what) => facts.Access.BootWords.Where(bad.Contains)
        .Distinct().Select(word =>
        new Finding(word, $"the kernel's command line switches {what} off", new Remedy("Take the word out of the boot loader's configuration and restart.")
        {
            Steps = facts.Distribution.Choose<ImmutableArray<string>>(
                [$"grubby --update-kernel=ALL --remove-args={word}", "systemctl reboot"],
                [$"# /etc/default/grub: take {word} out of GRUB_CMDLINE_LINUX and GRUB_CMDLINE_LINUX_DEFAULT", "update-grub", "systemctl reboot"]),
            Risk = Risk.Guests,
        })
        { Evidence = [Evidence.OfLine("/proc/cmdline", 1, word)] });

    private static Remedy Enforcing(bool wasOff) => new(wasOff
        ? "Let it label all files as permissive first, look at what it would deny, then enforce: enforcing at once on files without labels may not boot."
        : "Look at what it denies, then enforce.")
    {
        Steps = wasOff
            ? ["# /etc/selinux/config", "SELINUX=permissive", "grubby --update-kernel=ALL --remove-args='selinux=0 enforcing=0'",
                "touch /.autorelabel", "systemctl reboot", "ausearch -m AVC -ts boot", "# /etc/selinux/config", "SELINUX=enforcing", "setenforce 1"]
            : ["ausearch -m AVC -ts today", "# /etc/selinux/config", "SELINUX=enforcing", "setenforce 1"],
        Risk = Risk.Service | Risk.Guests,
        Undo = "setenforce 0; put the old value back in /etc/selinux/config.",
    };

    private static Remedy Enforce(string profile) => new("Put it into enforce mode; look first at what it would deny.")
    {
        Steps = ["journalctl -k --since -7d --grep 'apparmor=\"ALLOWED\"'", $"aa-enforce {profile}"],
        Risk = Risk.Service | Risk.Guests,
        Undo = $"aa-complain {profile}",
    };
}
