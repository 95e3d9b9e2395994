using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Hypervisor;

namespace Virtward.Hardening.Checks.Libvirt;

/// <summary>LV-11: no guest can use up the host.</summary>
public static class Lv11
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "LV-11",
        Severity = Severity.Medium,
        Title = "every guest has limits for CPU, memory, disks and network",
        Why = "A guest that was taken over is used to mine or to attack. Without limits it takes the other guests' CPU time, disk and bandwidth with it, and the host's own. "
            + "A quota of -1 and 1024 shares, as guides have it, are libvirt's defaults and limit nothing.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Hypervisor.NoGuests(facts) is Outcome none)
        {
            return none;
        }

        if (facts.Profile == Profile.Lab)
        {
            return Outcome.NotApplicable("the profile lab does not ask for it");
        }

        HashSet<string> limited = [.. facts.Hypervisor.Networks.Where(static network => network.Limited).Select(static network => network.Name)];
        return Outcome.Of(
            Hypervisor.Each(facts, "limits", form => Wrong(form, limited), Remedy),
            $"{facts.Hypervisor.Guests.Length} guests have limits for CPU, memory, disks and network", facts.Hypervisor.GuestsProblem);
    }

    private static IEnumerable<string> Wrong(GuestDefinition form, HashSet<string> limited)
    {
        if (!form.CpuLimited)
        {
            yield return form.CpuWithoutEffect.Length > 0 ? $"no limit for CPU time ({form.CpuWithoutEffect} limits nothing)" : "no limit for CPU time";
        }

        if (!form.MemoryLimited)
        {
            yield return "no hard limit for memory";
        }

        if (!form.DisksLimited)
        {
            yield return "no limit for its disks";
        }

        if (form.Nics.Any(nic => !nic.Limited && !limited.Contains(nic.Network) && nic.Type is not ("hostdev" or "user")))
        {
            yield return "no limit for its network";
        }
    }

    private static Remedy Remedy(AuditedGuest guest) => Hypervisor.EditGuest(
        guest, "Give the guest limits with room to spare.",
        "# <vcpu cpuset='2-5'>4</vcpu>, or <cputune><global_period>100000</global_period><global_quota>400000</global_quota></cputune> for 4 CPUs' time",
        "# <memtune><hard_limit unit='GiB'>…</hard_limit></memtune>: the guest's memory and at least 1 GiB for qemu, more with many disks: beyond it the kernel kills the guest",
        "# in each <disk>: <iotune><total_iops_sec>2000</total_iops_sec><total_bytes_sec>209715200</total_bytes_sec></iotune>",
        "# in each <interface>: <bandwidth><inbound average='50000'/><outbound average='50000'/></bandwidth>   (kilobytes a second)") with
    { Risk = Risk.Guests | Risk.Performance };
}
