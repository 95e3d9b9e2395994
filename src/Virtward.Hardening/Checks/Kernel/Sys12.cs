using System.Collections.Immutable;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Kernel;

/// <summary>SYS-12.</summary>
public static class Sys12
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SYS-12",
        Severity = Severity.High,
        Title = "the processor's holes are closed between guests and host",
        Why = "Guests share the processor. Through an open hole of it one guest reads what the host or another guest has in memory, whatever walls stand between them. Nested virtualisation and shared memory pages widen the way.",
        References = ["DISA STIG RHEL 9 RHEL-09-212050"],
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        ImmutableArray<(string Name, string Text)> holes = facts.Kernel.Vulnerabilities;
        if (holes.IsEmpty)
        {
            return Outcome.Unknown(facts.Kernel.FilesProblem is string problem ? $"what the processor is prone to is not known: {problem}" : "this kernel does not say what its processor is prone to");
        }

        List<Finding> findings = [.. holes.Select(static hole => Of(hole.Name, hole.Text)).OfType<Finding>()];
        if (facts.Kernel.BootLine.FirstOrDefault(static word => word == "mitigations=off" || word.StartsWith("mitigations=", StringComparison.Ordinal) && (word.Contains("no_guest_host", StringComparison.Ordinal) || word.Contains("no_guest_guest", StringComparison.Ordinal))) is string off)
        {
            findings.Add(new Finding("mitigations", "the kernel was booted with protection between guests turned off", new Remedy("Take the word out of the boot line and restart the host.")
            {
                Steps = [facts.Distribution.Choose($"grubby --update-kernel=ALL --remove-args={off}", $"# /etc/default/grub and /etc/default/grub.d/*.cfg: take {off} out; then: update-grub"), "shut the guests down, then: systemctl reboot"],
                Risk = Risk.Guests | Risk.Performance,
                Undo = "put the word back in the same way",
            }) { Evidence = [new Evidence(EvidenceKind.File, "/proc/cmdline", off)] });
        }

        findings.AddRange(Sharing(facts));
        return Outcome.Of(findings, $"of {holes.Length} holes of processors none is open, memory is not merged, and guests run no guests");
    }

    private static Finding? Of(string name, string text)
    {
        string lower = text.ToLowerInvariant();
        bool open = lower.StartsWith("vulnerable", StringComparison.Ordinal) || lower.StartsWith("kvm: vulnerable", StringComparison.Ordinal) || lower.Contains("vmx: vulnerable", StringComparison.Ordinal);
        bool unknown = lower.StartsWith("unknown: no mitigations", StringComparison.Ordinal);
        bool threads = lower.Contains("smt vulnerable", StringComparison.Ordinal);
        if (!open && !unknown && !threads)
        {
            return null;
        }

        string what = open ? $"the processor is open to {name}, and nothing is done about it, or not enough"
            : unknown ? $"nobody knows whether the processor is open to {name}, and nothing is done about it"
            : $"what is done about {name} does not hold between the two threads of a core, which guests may share";
        return new Finding(name, what, open || unknown
            ? new Remedy("Bring microcode and kernel up to date, and restart; in a virtual machine, ask whoever runs its host.")
            {
                Steps = ["update the packages with microcode (intel-microcode or amd64-microcode; on RHEL microcode_ctl or linux-firmware) and the kernel", "shut the guests down, then: systemctl reboot", $"cat /sys/devices/system/cpu/vulnerabilities/{name}"],
                Risk = Risk.Guests | Risk.Performance,
                Undo = "start the former kernel from the boot menu",
            }
            : new Remedy("Turn the second threads off, or give each guest whole cores.")
            {
                Steps = ["echo off > /sys/devices/system/cpu/smt/control    # until the next boot; for good: nosmt on the boot line"],
                Risk = Risk.Performance,
                Undo = "echo on > /sys/devices/system/cpu/smt/control",
            })
        {
            Evidence = [new Evidence(EvidenceKind.File, $"/sys/devices/system/cpu/vulnerabilities/{name}", text)],
            Severity = open ? null : Severity.Medium,
        };
    }

    private static IEnumerable<Finding> Sharing(AuditFacts facts)
    {
        if (facts.Kernel.Small("/sys/kernel/mm/ksm/run") == "1")
        {
            yield return new Finding("KSM", "equal memory pages of guests are merged, so that one guest can measure what another has in memory", new Remedy("Turn the merging off; guests then need their memory each for itself.")
            {
                Steps = ["systemctl disable --now ksm.service ksmtuned.service    # where they exist", "echo 2 > /sys/kernel/mm/ksm/run    # takes merged pages apart: look at free memory first"],
                Risk = Risk.Guests | Risk.Performance,
                Undo = "echo 1 > /sys/kernel/mm/ksm/run; systemctl enable --now ksm.service ksmtuned.service",
            }) { Evidence = [new Evidence(EvidenceKind.File, "/sys/kernel/mm/ksm/run", "1")], Severity = Severity.Medium };
        }

        foreach (string module in new[] { "kvm_intel", "kvm_amd" })
        {
            string path = $"/sys/module/{module}/parameters/nested";
            if (facts.Kernel.Small(path) is "Y" or "1")
            {
                yield return new Finding("nested virtualisation", "guests may run guests of their own, which opens a large and little tried part of KVM to them", new Remedy("Turn it off, unless a guest is meant to be a hypervisor.")
                {
                    Steps = ["# /etc/modprobe.d/00-virtward.conf", $"options {module} nested=0", "restart the host, or with all guests shut down: modprobe -r " + module + " && modprobe " + module],
                    Risk = Risk.Guests,
                    Undo = $"take the line of {module} out of /etc/modprobe.d/00-virtward.conf, and load the module again",
                }) { Evidence = [new Evidence(EvidenceKind.File, path, facts.Kernel.Small(path)!)], Severity = Severity.Medium };
            }
        }
    }
}
