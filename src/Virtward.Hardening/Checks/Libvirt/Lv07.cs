using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Hypervisor;

namespace Virtward.Hardening.Checks.Libvirt;

/// <summary>LV-07: qemu runs as its own user, without capabilities, in a mount namespace and a seccomp filter.</summary>
public static class Lv07
{
    private const int Root = 0;

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "LV-07",
        Severity = Severity.High,
        Title = "qemu runs without root, capabilities and needless system calls",
        Why = "qemu is what a guest attacks first. As a user of its own, with a seccomp filter and its own view of /dev, a taken qemu has little to go on with; as root it is the host.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Hypervisor.NoLibvirt(facts) is Outcome none)
        {
            return none;
        }

        HypervisorFacts host = facts.Hypervisor;
        List<Finding> findings = [];
        string user = facts.Distribution.Choose("qemu", "libvirt-qemu");
        Wrong("user", static value => value is "root" or "0" or "+0", "qemu is told to run as root", $"user = \"{user}\"");
        Wrong("group", static value => value is "root" or "0" or "+0", "qemu is told to run in the group root", $"group = \"{user}\"");
        Wrong("dynamic_ownership", static value => value == "0", "libvirt does not give images to the guest that runs and take them back, so that they must stay open", "dynamic_ownership = 1");
        Wrong("seccomp_sandbox", static value => value == "0", "qemu runs without a filter of system calls", "seccomp_sandbox = 1");
        Wrong("clear_emulator_capabilities", static value => value == "0", "qemu keeps root's capabilities", "clear_emulator_capabilities = 1");
        if (host.Qemu.Find("namespaces") is LibvirtSetting namespaces && !namespaces.Values.Contains("mount"))
        {
            Add(namespaces, "qemu sees all of the host's /dev", "namespaces = [ \"mount\" ]");
        }

        foreach (QemuProcess process in host.Processes)
        {
            string[] wrong =
            [
                .. process.Uid == Root ? (ReadOnlySpan<string>)["it runs as root"] : [],
                .. process.Capabilities is string held && held.Any(static c => c != '0') ? (ReadOnlySpan<string>)[$"it has capabilities ({held})"] : [],
                .. process.Seccomp == 0 ? (ReadOnlySpan<string>)["it has no filter of system calls"] : [],
            ];
            if (wrong.Length > 0)
            {
                findings.Add(new Finding($"guest {process.Guest ?? "without a name"}: process", $"its qemu is not locked in: {string.Join(", ", wrong)}", new Remedy(
                    "Set qemu.conf as this check asks, and start the guest again: it takes over what holds it in when it starts.")
                {
                    Steps = process.Guest is null ? [] : [$"virsh shutdown {Hypervisor.Quote(process.Guest)}   # wait until it is off", $"virsh start {Hypervisor.Quote(process.Guest)}"],
                    Risk = Risk.Guests,
                })
                {
                    Evidence = [Hypervisor.Seen(process, $"uid {process.Uid}, CapEff {process.Capabilities}, Seccomp {process.Seccomp}")],
                });
            }
        }

        bool blind = host.Processes.Any(static one => one.Uid is null || one.Seccomp is null || one.Capabilities is null);
        return Outcome.Of(
            findings, host.Processes.IsEmpty ? "qemu.conf leaves qemu locked in" : $"qemu.conf and {host.Processes.Length} qemu processes show them locked in",
            Hypervisor.Unseen(host.Qemu.Problem, host.ProcessesProblem, blind ? "not all qemu processes could be looked at" : null));

        void Wrong(string name, Func<string, bool> isWrong, string what, string line)
        {
            if (host.Qemu.Find(name) is LibvirtSetting setting && isWrong(setting.Value))
            {
                Add(setting, what, line);
            }
        }

        void Add(LibvirtSetting setting, string what, string line) => findings.Add(new Finding(
            setting.Name, what, Hypervisor.EditConfig(facts, host.Qemu.Path, $"Set {setting.Name} back; guests take it over with their next start.", line) with { Risk = Risk.Service | Risk.Guests })
        {
            Evidence = [Hypervisor.Seen(setting)],
        });
    }
}
