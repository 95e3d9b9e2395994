using Virtward.Core.Policy;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks.Mac;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Makers;

/// <summary>SELinux booleans that open sVirt for all guests at once are switched off where no pool, device or guest of this host could need them.</summary>
public static class SelinuxBooleansChange
{
    /// <summary>The change's id.</summary>
    public const string Id = "libvirt.selinux";

    /// <summary>Makes it.</summary>
    public static MadeChanges Of(AuditFacts facts, HostPolicy policy)
    {
        // Where file systems or guests are not all known, nobody can say what is needed.
        if (!policy.Libvirt.Managed || facts.Hypervisor.GuestsProblem is not null || facts.Access.Mounts.IsEmpty)
        {
            return MadeChanges.None;
        }

        string[] open = [.. Mac02.Check.Judge(facts).Findings.Select(static finding => finding.Subject).Order(StringComparer.Ordinal)];
        (string Name, string? Why)[] judged = [.. open.Select(name => (name, Need(facts, name)))];
        string[] off = [.. judged.Where(static one => one.Why is null).Select(static one => one.Name)];
        string[] notes = [.. judged.Where(static one => one.Why is not null).Select(static one => $"the SELinux boolean {one.Name} stays on: {one.Why} (MAC-02)")];
        return off.Length == 0 ? MadeChanges.Only(notes) : MadeChanges.Of(
            new Change(Id, $"switch off {string.Join(", ", off)}", "Each of these booleans is a hole in sVirt for all guests: a QEMU that was broken into gets at what is others'.")
            {
                Checks = notes.Length == 0 ? [Mac02.Check.Id] : [],
                Risk = ChangeRisk.Guests,

                // One call for all: setsebool -P builds the policy anew each time.
                Steps =
                [
                    new CommandStep(
                        $"SELinux booleans {string.Join(", ", off)}", ["getsebool", .. off], string.Join('\n', off.Select(static name => $"{name} --> off")),
                        [["setsebool", "-P", .. off.Select(static name => $"{name}=off")]], [["setsebool", "-P", .. off.Select(static name => $"{name}=on")]]),
                ],
            }, notes);
    }

    // Pools that are not mounted now are needed again with their next start.
    private static string? Need(AuditFacts facts, string name) => name switch
    {
        "virt_use_nfs" or "virt_use_samba" or "virt_use_fusefs" =>
            facts.Hypervisor.Pools.FirstOrDefault(static pool => pool.Type is "netfs" or "gluster" or "vstorage") is { } pool ? $"the pool {pool.Name} lies on the network" : null,
        "virt_use_comm" => GuestWith(facts, "<serial type='dev'", "<parallel type='dev'", "<console type='dev'", "<channel type='dev'") is string guest ? $"{guest} has a port of the host" : null,
        "virt_use_usb" => GuestWith(facts, "type='usb'") is string guest ? $"{guest} has a USB device" : null,
        "virt_use_execmem" => GuestWith(facts, "<domain type='qemu'", " type='qemu' ") is string guest ? $"{guest} is translated by QEMU, which writes code" : null,
        "virt_use_rawip" => facts.Hypervisor.Guests.IsEmpty ? null : GuestWith(facts, "<interface type='user'", "<qemu:commandline") is string guest ? $"{guest} has a network of QEMU's own, or arguments past libvirt" : null,
        "virt_sandbox_use_all_caps" => facts.Packages.Problem ?? (facts.Packages.Has("libvirt-daemon-driver-lxc") || facts.Packages.Has("libvirt-daemon-lxc") ? "libvirt's containers are installed" : null),
        _ => null,
    };

    private static string? GuestWith(AuditFacts facts, params string[] words)
    {
        foreach (string folder in (ReadOnlySpan<string>)[SnapshotNames.Domains, SnapshotNames.RunningDomains])
        {
            foreach ((string file, string text) in facts.Snapshot.StartingWith(folder))
            {
                if (words.Any(word => text.Contains(word, StringComparison.Ordinal) || text.Contains(word.Replace('\'', '"'), StringComparison.Ordinal)))
                {
                    return $"the guest {file[folder.Length..].Replace(".xml", "", StringComparison.Ordinal)}";
                }
            }
        }

        return null;
    }
}
