using System.Collections.Immutable;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Hypervisor;

namespace Virtward.Hardening.Checks.Backups;

/// <summary>BKP-02: chains of snapshots stay short and young.</summary>
public static class Bkp02
{
    private const int Deepest = 3;

    // The policy has no section for backups yet.
    private static readonly TimeSpan Oldest = TimeSpan.FromDays(30);

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "BKP-02",
        Severity = Severity.High,
        Title = "no guest's disk builds on more than three others, and no snapshot is older than a month",
        Why = "A snapshot is no backup: it lies on the same disk, and each one more makes the guest slower and the chain easier to break. One broken file below takes all above it along.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Libvirt.Hypervisor.NoGuests(facts) is Outcome none)
        {
            return none;
        }

        HypervisorFacts host = facts.Hypervisor;
        List<string> unread = [];
        ILookup<string, GuestSnapshot> kept = host.Snapshots.ToLookup(static one => one.Guest, StringComparer.Ordinal);
        Finding[] findings = [.. Libvirt.Hypervisor.Each(facts, "snapshots", form => Wrong(facts, form, kept, unread), Remedy)];
        return Outcome.Of(
            findings, $"no disk of {host.Guests.Length} guests builds on more than {Deepest} others, and no snapshot is older than {Oldest.TotalDays} days",
            Libvirt.Hypervisor.Unseen(host.GuestsProblem, host.SnapshotsProblem, unread.Count > 0 ? host.WhyImage(unread[0]) : null));
    }

    private static IEnumerable<string> Wrong(AuditFacts facts, GuestDefinition form, ILookup<string, GuestSnapshot> kept, List<string> unread)
    {
        foreach (GuestDisk disk in form.Disks.Where(static disk => disk.Device is "disk" or "lun" && disk.Source.StartsWith('/') && disk.Format is "qcow2" or "qed" or "vmdk"))
        {
            DiskImage? image = facts.Hypervisor.Image(disk.Source);
            ImmutableArray<string> below = image?.Backing ?? disk.Backing;
            if (image is null)
            {
                unread.Add(disk.Source);
            }

            if (below.Length > Deepest)
            {
                yield return $"its disk {disk.Target} builds on {below.Length} others";
            }

            if (image is not null && image.Snapshots.Where(time => facts.Now - time > Oldest).ToArray() is { Length: > 0 } old)
            {
                yield return $"the image of its disk {disk.Target} holds {old.Length} snapshots that are older than {Oldest.TotalDays} days";
            }
        }

        GuestSnapshot[] aged = [.. kept[form.Name].Where(one => facts.Now - one.Created > Oldest).OrderBy(static one => one.Created)];
        if (aged.Length > 0)
        {
            yield return $"{aged.Length} of its snapshots are older than {Oldest.TotalDays} days, {aged[0].Name} of {aged[0].Created:yyyy-MM-dd} among them";
        }
    }

    private static Remedy Remedy(AuditedGuest guest)
    {
        string name = Libvirt.Hypervisor.Quote(guest.Name);
        return new Remedy("Make a backup, then merge the chain or delete the snapshots.")
        {
            Steps =
            [
                $"virsh domblklist {name}", $"virsh snapshot-list {name}", $"virsh blockcommit {name} vda --active --verbose --pivot   # merges what lies above the base into it, while the guest runs",
                $"virsh snapshot-delete {name} SNAPSHOT   # internal ones; after a blockcommit: --metadata",
            ],
            Risk = Risk.Guests | Risk.Performance,
            Undo = "restore the backup: a merge cannot be taken back",
        };
    }
}
