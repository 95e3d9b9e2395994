using System.Collections.Immutable;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Hypervisor;

namespace Virtward.Hardening.Checks.Libvirt;

/// <summary>LV-16: guests see a CPU with the mitigations, and few old devices.</summary>
public static class Lv16
{
    // Any one of them lets the guest's kernel defend itself against Spectre and its kin.
    private static readonly ImmutableArray<string> Mitigations = ["spec-ctrl", "ibpb", "ibrs", "ssbd", "md-clear", "amd-ssbd", "virt-ssbd", "amd-stibp", "stibp", "arch-capabilities"];
    private static readonly ImmutableArray<string> Generic = ["qemu64", "qemu32", "kvm64", "kvm32", "max"];

    // These models carry the mitigations by themselves.
    private static readonly ImmutableArray<string> Modern =
        ["-IBRS", "-IBPB", "EPYC-Rome", "EPYC-Milan", "EPYC-Genoa", "EPYC-Turin", "Cascadelake", "Cooperlake", "Icelake", "Snowridge", "SapphireRapids", "SierraForest", "GraniteRapids", "Denverton-v3"];

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "LV-16",
        Severity = Severity.Low,
        Title = "every guest's CPU shows it the mitigations, and it has no floppy or sound",
        Why = "Against Spectre and its kin a guest defends itself, if it is shown the means: the models kvm64 and qemu64 hide them. Each emulated device is code that a guest can attack; the floppy's was broken in 2015 (VENOM).",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Hypervisor.NoGuests(facts) is Outcome none)
        {
            return none;
        }

        return facts.Profile == Profile.Lab
            ? Outcome.NotApplicable("the profile lab does not ask for it")
            : Outcome.Of(
                Hypervisor.Each(facts, "CPU and devices", Wrong, Remedy), "every guest's CPU shows it the mitigations, and none has a floppy or sound", facts.Hypervisor.GuestsProblem);
    }

    private static IEnumerable<string> Wrong(GuestDefinition form)
    {
        // Other architectures have none of these names.
        if (form.Architecture is "" or "x86_64" or "i686")
        {
            if (form.CpuMode.Length == 0)
            {
                yield return "it says nothing of its CPU, which then is qemu's oldest";
            }
            else if (form.CpuMode == "custom" && Generic.Contains(form.CpuModel))
            {
                yield return $"its CPU is {form.CpuModel}, without mitigations";
            }
            else if (form.CpuMode == "custom" && !Modern.Any(name => form.CpuModel.Contains(name, StringComparison.Ordinal)) && !IsVersioned(form.CpuModel) && !form.CpuFeatures.Any(Mitigations.Contains))
            {
                yield return $"its CPU is {form.CpuModel} without spec-ctrl, ssbd or md-clear";
            }
        }

        if (form.Disks.Any(static disk => disk.Device == "floppy"))
        {
            yield return "it has a floppy";
        }

        if (form.Sound.Length > 0)
        {
            yield return "it has a sound card";
        }
    }

    // Skylake-Server-v3: the versions from 2 on carry what was found in 2018.
    private static bool IsVersioned(string model) => model.LastIndexOf("-v", StringComparison.Ordinal) is > 0 and int at && int.TryParse(model.AsSpan(at + 2), out int version) && version >= 2;

    private static Remedy Remedy(AuditedGuest guest) => Hypervisor.EditGuest(
        guest, "Show the guest the host's CPU, and take the old devices out.",
        "# <cpu mode='host-model'/>   (host-passthrough where it never moves to another host)", "# remove <disk device='floppy'> with its <controller type='fdc'>, and <sound>");
}
