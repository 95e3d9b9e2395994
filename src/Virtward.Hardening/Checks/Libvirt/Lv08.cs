using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Hypervisor;

namespace Virtward.Hardening.Checks.Libvirt;

/// <summary>LV-08: nothing of the host inside a guest.</summary>
public static class Lv08
{
    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "LV-08",
        Severity = Severity.High,
        Title = "no guest has the host's own disks, directories or devices, or arguments past libvirt",
        Why = "What libvirt knows of a guest it can confine. Arguments handed to qemu past it, directories and devices of the host, and disks that the host itself uses open ways out of "
            + "the guest that no label and no filter closes.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Hypervisor.NoGuests(facts) is Outcome none)
        {
            return none;
        }

        HostDisks disks = HostDisks.Read(facts.Files);
        return Outcome.Of(
            Hypervisor.Each(facts, "host's own", form => Wrong(form, disks), Remedy, (guest, finding) => finding with { Severity = Weighed(guest, disks) }),
            $"{facts.Hypervisor.Guests.Length} guests have nothing of the host",
            Hypervisor.Unseen(facts.Hypervisor.GuestsProblem, facts.Hypervisor.Guests.Any(static guest => guest.Forms.Any(static form => form.Disks.Any(static disk => disk.Type == "block"))) ? disks.Problem : null));
    }

    private static IEnumerable<string> Wrong(GuestDefinition form, HostDisks disks)
    {
        if (form.Arguments.Length > 0)
        {
            yield return $"arguments go to its qemu past libvirt ({Hypervisor.List(form.Arguments)})";
        }

        if (form.Environment > 0)
        {
            yield return "its qemu gets environment variables";
        }

        foreach (string directory in form.Filesystems)
        {
            yield return $"it sees the host's {directory}";
        }

        foreach (string device in form.HostDevices)
        {
            yield return $"it has the host's device {device}";
        }

        foreach (GuestDisk disk in form.Disks)
        {
            if (disk.Type == "block" && disks.WhyOwn(disk.Source) is string why)
            {
                yield return $"its disk {disk.Target} is the host's own {disk.Source} ({why})";
            }

            if (disk.RawCommands)
            {
                yield return $"it may send any SCSI command to its disk {disk.Target}";
            }

            if (disk.Cache == "unsafe" && disk.Device is "disk" or "lun" && !disk.ReadOnly)
            {
                yield return $"its disk {disk.Target} is written with cache='unsafe': a crash of the host loses it";
            }
        }
    }

    // The host's own disk is the host; unsafe writes only lose data; a device may well be the guest's purpose.
    private static Severity? Weighed(AuditedGuest guest, HostDisks disks)
    {
        if (guest.Forms.Any(form => form.Disks.Any(disk => disk.Type == "block" && disks.WhyOwn(disk.Source) is not null)))
        {
            return Severity.Critical;
        }

        bool mild = guest.Forms.All(static form => form.Arguments.IsEmpty && form.Environment == 0 && form.Filesystems.IsEmpty && form.Disks.All(static disk => !disk.RawCommands));
        return mild ? Severity.Medium : null;
    }

    private static Remedy Remedy(AuditedGuest guest) => Hypervisor.EditGuest(
        guest, "Take out what the guest does not need; what it does need, waive with the reason.",
        "# remove <qemu:commandline>, <filesystem>, <hostdev>, <disk type='block'> as far as they are named here; cache='none' instead of 'unsafe'");
}
