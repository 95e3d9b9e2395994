using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Hypervisor;

namespace Virtward.Hardening.Checks.Libvirt;

/// <summary>LV-06: every guest's qemu is confined by SELinux or AppArmor, each by itself.</summary>
public static class Lv06
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "LV-06",
        Severity = Severity.Critical,
        Title = "every guest is confined by SELinux or AppArmor, apart from the others",
        Why = "A guest that breaks out of qemu lands in qemu's process. With sVirt that process may touch the guest's own disks and nothing else; without it, it may read every other "
            + "guest's disks and all that the qemu user may.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Hypervisor.NoLibvirt(facts) is Outcome none)
        {
            return none;
        }

        HypervisorFacts host = facts.Hypervisor;
        List<Finding> findings = [.. Settings(facts)];
        if (host.SelinuxEnforces == false)
        {
            findings.Add(new Finding("SELinux", "SELinux only watches: no guest is confined", new Remedy("Let SELinux enforce, after its messages were looked through.")
            {
                Steps = ["ausearch -m AVC -ts recent", "setenforce 1", "# /etc/selinux/config: SELINUX=enforcing"],
                Risk = Risk.Service | Risk.Guests,
                Undo = "setenforce 0",
            })
            {
                Evidence = [Evidence.OfSetting("/sys/fs/selinux/enforce", "0")],
            });
        }
        else if (host.SecurityModules is string modules && !modules.Split(',').Any(static module => module is "selinux" or "apparmor"))
        {
            findings.Add(new Finding("kernel", "the kernel runs neither SELinux nor AppArmor", new Remedy(facts.Distribution.Choose("Switch SELinux on.", "Switch AppArmor on.")).With(
                facts.Distribution.Choose<string[]>(
                    ["grubby --update-kernel ALL --remove-args selinux=0", "# /etc/selinux/config: SELINUX=permissive", "fixfiles -F onboot && reboot", "# then SELINUX=enforcing"],
                    ["apt-get install apparmor apparmor-utils", "# take apparmor=0 or security=… out of the kernel's command line, then update-grub", "reboot"]))
                with
            { Risk = Risk.Guests | Risk.Service, Undo = "write the kernel's command line back" })
            {
                Evidence = [Evidence.OfSetting("/sys/kernel/security/lsm", modules)],
            });
        }

        findings.AddRange(Hypervisor.Each(
            facts, "confinement", static form => form.Labels.Where(static label => label.Type == "none" && label.Model != "dac").Select(static _ => "its XML switches confinement off (<seclabel type='none'/>)"),
            static guest => Hypervisor.EditGuest(guest, "Let libvirt label the guest.", "# remove <seclabel type='none' …/>, or write <seclabel type='dynamic' relabel='yes'/>")));
        HashSet<string> told = [.. findings.Select(static finding => finding.Subject)];
        findings.AddRange(Processes(host).Where(finding => !told.Contains(finding.Subject)));
        QemuProcess[] unlabelled = [.. host.Processes.Where(static one => one.Label is null)];
        return Outcome.Of(
            findings,
            host.Processes.IsEmpty ? "no guest runs, and nothing switches confinement off" : $"each of {host.Processes.Length} running guests has a label of its own",
            Hypervisor.Unseen(
                host.Qemu.Problem, host.GuestsProblem, host.ProcessesProblem,
                unlabelled.Length > 0 ? $"the label of {unlabelled.Length} qemu processes could not be read" : null,
                host.SecurityModules is null && host.SelinuxEnforces is null && host.Processes.IsEmpty ? "whether SELinux or AppArmor is in force could not be read" : null));
    }

    private static IEnumerable<Finding> Settings(AuditFacts facts)
    {
        LibvirtConfig config = facts.Hypervisor.Qemu;
        if (config.Find("security_driver") is LibvirtSetting driver && driver.Values.Contains("none"))
        {
            yield return new Finding("security_driver", "libvirt is told to confine no guest", Hypervisor.EditConfig(
                facts, config.Path, "Let libvirt take the host's security module.", $"security_driver = \"{facts.Distribution.Choose("selinux", "apparmor")}\"   # or remove the line"))
            {
                Evidence = [Hypervisor.Seen(driver)],
            };
        }

        if (config.Find("security_default_confined") is { Value: "0" } confined)
        {
            yield return new Finding("security_default_confined", "guests are confined only where their XML asks for it", Hypervisor.EditConfig(
                facts, config.Path, "Confine every guest.", "security_default_confined = 1", "security_require_confined = 1"))
            {
                Evidence = [Hypervisor.Seen(confined)],
            };
        }
    }

    private static IEnumerable<Finding> Processes(HypervisorFacts host)
    {
        ILookup<string, string> byLabel = host.Processes.Where(static one => one.Label is not null)
            .ToLookup(static one => one.Label!, static one => one.Guest ?? "?", StringComparer.Ordinal);
        foreach (QemuProcess process in host.Processes)
        {
            string? wrong = process.Label switch
            {
                null => null,
                string label when label.StartsWith("libvirt-", StringComparison.Ordinal) =>
                    !label.EndsWith("(enforce)", StringComparison.Ordinal) ? "its AppArmor profile is not enforced" : null,
                string label when IsSelinux(label) =>
                    !label.Contains(":svirt", StringComparison.Ordinal) ? "its qemu does not run in SELinux's domain for guests"
                    : !HasCategories(label) ? "its qemu has no category of its own, so that other guests' disks are open to it"
                    : byLabel[label].Count() > 1 ? $"its label is that of {Hypervisor.List(byLabel[label].Where(name => name != process.Guest).Distinct())} too"
                    : null,
                _ => "its qemu is not confined",
            };
            if (wrong is not null)
            {
                yield return new Finding($"guest {process.Guest ?? "without a name"}: confinement", wrong, new Remedy("Find out why libvirt did not label it, and start it again.")
                {
                    Steps =
                    [
                        process.Guest is null ? "# it was started without libvirt: define it there" : $"virsh dumpxml {Hypervisor.Quote(process.Guest)} | grep -A4 seclabel",
                        "# a guest takes its label when it starts: shut it down and start it again",
                    ],
                    Risk = Risk.Guests,
                })
                {
                    Evidence = [Hypervisor.Seen(process, $"label {process.Label}")],
                };
            }
        }
    }

    private static bool IsSelinux(string label) => label.Count(static c => c == ':') >= 3;

    // user:role:type:s0:c12,c34 – two categories, or a range of them.
    private static bool HasCategories(string label)
    {
        string[] parts = label.Split(':', 5);
        return parts.Length == 5 && parts[4].StartsWith('c') && parts[4].Contains(",c", StringComparison.Ordinal);
    }
}
