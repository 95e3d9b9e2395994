using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks.Kernel;

/// <summary>SYS-13.</summary>
public static class Sys13
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "SYS-13",
        Severity = Severity.Medium,
        Title = "devices that are handed to guests are fenced in by an IOMMU",
        Why = "A device reads and writes memory by itself. Without an IOMMU, or with interrupts that are not remapped, a guest that owns one owns the host.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Kernel.FilesProblem is string problem)
        {
            return Outcome.Unknown($"it is not known what the kernel says of it: {problem}");
        }

        string? hidden = facts.Snapshot.Missing.FirstOrDefault(static pair => pair.Key.StartsWith(SnapshotNames.Libvirt, StringComparison.Ordinal)
            && !pair.Key.StartsWith(SnapshotNames.AgentAddresses, StringComparison.Ordinal)).Value;
        string[] guests = [.. facts.Snapshot.StartingWith(SnapshotNames.Libvirt).Where(static file => HandsOver(file.Value)).Select(static file => Name(file.Key)).Distinct(StringComparer.Ordinal)];
        if (guests.Length == 0)
        {
            return hidden is not null ? Outcome.Unknown($"whether a guest has a device of the host is not known: {hidden}") : Outcome.NotApplicable("no guest has a PCI device of the host");
        }

        List<Finding> findings = [];
        const string Parameter = "/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts";
        if (facts.Files.State("/sys/kernel/iommu_groups/0") is null)
        {
            findings.Add(new Finding("IOMMU", $"no IOMMU is on, though {string.Join(", ", guests.Take(5))} has a device of the host", new Remedy("Turn the IOMMU on in the firmware and on the boot line.")
            {
                Steps =
                [
                    "turn VT-d or AMD-Vi on in the firmware's set-up",
                    facts.Distribution.Choose("grubby --update-kernel=ALL --args=intel_iommu=on    # AMD: on by itself", "# /etc/default/grub.d/virtward.cfg: GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX intel_iommu=on\"    (AMD: on by itself); then: update-grub"),
                    "shut the guests down, then: systemctl reboot",
                ],
                Risk = Risk.Guests,
                Undo = facts.Distribution.Choose("grubby --update-kernel=ALL --remove-args=intel_iommu=on", "rm /etc/default/grub.d/virtward.cfg; update-grub"),
            }) { Evidence = [new Evidence(EvidenceKind.File, "/sys/kernel/iommu_groups", "empty"), .. guests.Take(5).Select(static guest => new Evidence(EvidenceKind.Guest, guest, "has a PCI device of the host"))] });
        }

        if (facts.Kernel.Small(Parameter) is "Y" or "1")
        {
            findings.Add(new Finding("allow_unsafe_interrupts", "interrupts of handed-over devices are not remapped, so that a guest can forge the host's", new Remedy("Take the option out; a board that cannot remap interrupts should hand no device over.")
            {
                Steps = ["grep -r allow_unsafe_interrupts /etc/modprobe.d    # take the line out", "shut the guests down, then: systemctl reboot"],
                Risk = Risk.Guests,
                Undo = "put the line back",
            }) { Evidence = [new Evidence(EvidenceKind.File, Parameter, facts.Kernel.Small(Parameter)!)], Severity = Severity.High });
        }

        return Outcome.Of(findings, $"an IOMMU fences in what {string.Join(", ", guests.Take(5))} has; kernel lockdown: {facts.Kernel.Small("/sys/kernel/security/lockdown") ?? "not known"}", hidden);
    }

    // <hostdev … type='pci'>, or an interface that is one.
    private static bool HandsOver(string xml)
    {
        for (int at = xml.IndexOf('<', StringComparison.Ordinal); at >= 0 && at + 1 < xml.Length; at = xml.IndexOf('<', at + 1))
        {
            ReadOnlySpan<char> tag = xml.AsSpan(at + 1);
            bool hostdev = tag.StartsWith("hostdev ", StringComparison.Ordinal);
            bool nic = tag.StartsWith("interface ", StringComparison.Ordinal);
            if (!hostdev && !nic)
            {
                continue;
            }

            ReadOnlySpan<char> head = tag[..Math.Min(tag.Length, 500)];
            head = head.IndexOf('>') is int end and >= 0 ? head[..end] : head;
            if ((hostdev && (head.Contains("'pci'", StringComparison.Ordinal) || head.Contains("\"pci\"", StringComparison.Ordinal)))
                || (nic && (head.Contains("'hostdev'", StringComparison.Ordinal) || head.Contains("\"hostdev\"", StringComparison.Ordinal))))
            {
                return true;
            }
        }

        return false;
    }

    private static string Name(string file)
    {
        string name = file[(file.IndexOf('-', StringComparison.Ordinal) + 1)..];
        return name.EndsWith(".xml", StringComparison.Ordinal) ? name[..^4] : name;
    }
}
