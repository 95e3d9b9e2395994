using System.Collections.Immutable;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Access;

namespace Virtward.Hardening.Checks.Mac;

/// <summary>No SELinux boolean lets guests do more than they need.</summary>
public static class Mac02
{
    // What each lets guests' processes do, and what on the host would be a reason for it.
    private static readonly ImmutableArray<(string Name, string What, Severity Severity, string? Mounts)> Booleans =
    [
        ("virt_sandbox_use_all_caps", "containers of libvirt-lxc may use all capabilities", Severity.Low, null),
        ("virt_transition_userdomain", "guests' processes may become those of users", Severity.Medium, null),
        ("virt_use_comm", "guests may use the host's serial and parallel ports", Severity.Medium, null),
        ("virt_use_execmem", "guests' processes may run code that they wrote themselves", Severity.Medium, null),
        ("virt_use_fusefs", "guests may read and write files on FUSE", Severity.Medium, "fuse"),
        ("virt_use_nfs", "guests may read and write all files on NFS", Severity.Medium, "nfs"),
        ("virt_use_rawip", "guests' processes may send raw packets from the host", Severity.Medium, null),
        ("virt_use_samba", "guests may read and write all files on SMB", Severity.Medium, "cifs"),
        ("virt_use_usb", "guests may use all of the host's USB devices", Severity.Low, null),
    ];

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "MAC-02",
        Severity = Severity.Medium,
        Title = "no SELinux boolean lets guests do more than they need",
        Why = "These booleans make holes in sVirt for all guests at once: with virt_use_nfs on, a QEMU that was broken into reads every image on NFS, whoever it belongs to.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (facts.Access.SelinuxEnforces is null)
        {
            return facts.Access.KernelWasSeen ? Outcome.NotApplicable("SELinux is not on (MAC-01 says whether that is right)")
                : Outcome.Unknown("the running kernel was not seen");
        }

        if (facts.Access.Booleans.IsEmpty)
        {
            return Outcome.Unknown($"SELinux's booleans are not known: {facts.Why(AccessSources.Booleans)}");
        }

        IEnumerable<Finding> findings = Booleans
            .Where(boolean => facts.Access.Booleans.GetValueOrDefault(boolean.Name) && !IsNeeded(facts, boolean.Name, boolean.Mounts))
            .Select(boolean => new Finding(boolean.Name, boolean.What, new Remedy("Switch it off; guests with a disk or a device of that kind need it.")
            {
                Steps = [$"setsebool -P {boolean.Name} off"],
                Risk = Risk.Guests,
                Undo = $"setsebool -P {boolean.Name} on",
            })
            { Evidence = [new Evidence(EvidenceKind.Output, "getsebool -a", $"{boolean.Name} --> on")], Severity = boolean.Severity });
        return Outcome.Of(findings, "all booleans that open sVirt are off, or used by a file system or device that is here",
            facts.Access.Mounts.IsEmpty ? "which file systems are mounted is not known, and so not which booleans are needed" : null);
    }

    private static bool IsNeeded(AuditFacts facts, string name, string? mounts) =>
        // Where it is not known what is mounted, it is not said that nothing needs it.
        (mounts is not null && facts.Access.Mounts.IsEmpty)
        || (mounts is not null && facts.Access.Mounts.Any(mount => mount.Type.StartsWith(mounts, StringComparison.Ordinal)
            && !mount.Type.StartsWith("fusectl", StringComparison.Ordinal) && mount.Type is not "nfsd"))
        || (name == "virt_use_usb" && facts.Snapshot.StartingWith(Virtward.Core.Snapshots.SnapshotNames.Domains)
            .Any(static file => file.Value.Contains("type='usb'", StringComparison.Ordinal) && file.Value.Contains("<hostdev", StringComparison.Ordinal)));
}
