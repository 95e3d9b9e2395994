using System.Collections.Immutable;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Hypervisor;

namespace Virtward.Hardening.Checks.Libvirt;

/// <summary>LV-09: images say what they are, and are nobody else's to read.</summary>
public static class Lv09
{
    private const string DefaultPool = "/var/lib/libvirt/images";
    private const int OthersRead = 4;
    private const int OthersWrite = 2;
    private const int OthersSearch = 1;

    // Where anybody may put things, or a user may change them.
    private static readonly ImmutableArray<string> BadPlaces = ["/tmp/", "/var/tmp/", "/home/", "/dev/shm/"];

    /// <summary>The check.</summary>
    public static readonly Check Check = new()
    {
        Id = "LV-09",
        Severity = Severity.High,
        Title = "images say their format, lie in pools, and only qemu reads them",
        Why = "Where a raw image is probed, a guest writes another format's header into its own disk, names the host's shadow file as the image below, and reads it after the next start. "
            + "An image that everybody may read gives a guest's secrets to every user of the host.",
        Judge = Judge,
    };

    private static Outcome Judge(AuditFacts facts)
    {
        if (Hypervisor.NoGuests(facts) is Outcome none)
        {
            return none;
        }

        HypervisorFacts host = facts.Hypervisor;
        string[] pools = [DefaultPool, .. host.Pools.Select(static pool => pool.Target).Where(static target => target.Length > 1)];
        bool files = host.Guests.Any(static guest => guest.Forms.Any(static form => form.Disks.Any(static disk => disk.Source.StartsWith('/'))));
        string[] unasked =
        [
            .. host.Guests.SelectMany(static guest => guest.Forms).SelectMany(static form => form.Disks)
                .Where(disk => disk.Format == "qcow2" && disk.Source.StartsWith('/') && disk.Backing.IsEmpty && host.Image(disk.Source) is null)
                .Select(static disk => disk.Source).Distinct(),
        ];
        return Outcome.Of(
            Hypervisor.Each(facts, "images", form => form.Disks.SelectMany(disk => Wrong(host, pools, disk)), Remedy),
            "every image says its format, lies in a pool, and is closed to others",
            Hypervisor.Unseen(host.GuestsProblem, files ? host.ImageStatesProblem : null, unasked.Length > 0 ? host.WhyImage(unasked[0]) : null));
    }

    private static IEnumerable<string> Wrong(HypervisorFacts host, string[] pools, GuestDisk disk)
    {
        if (disk.Source.Length == 0 || disk.Device == "floppy")
        {
            yield break;
        }

        if (disk.Format.Length == 0 && disk.Device is "disk" or "lun" && disk.Type is "file" or "block" or "volume")
        {
            yield return $"its disk {disk.Target} does not say its format";
        }

        if (!disk.Source.StartsWith('/'))
        {
            yield break;
        }

        if (disk.Device is "disk" or "lun" && BadPlaces.FirstOrDefault(place => disk.Source.StartsWith(place, StringComparison.Ordinal)) is string bad)
        {
            yield return $"{disk.Source} lies below {bad}";
        }

        string[] chain = [.. (host.Image(disk.Source)?.Backing ?? disk.Backing).Where(static path => path.Length > 0)];
        foreach (string path in chain.Where(path => !pools.Any(pool => path.StartsWith(pool + "/", StringComparison.Ordinal)) && !path.StartsWith("/dev/", StringComparison.Ordinal)))
        {
            yield return $"{disk.Source} builds on {path}, which lies in no pool";
        }

        foreach (string path in host.Image(disk.Source)?.Probing ?? [])
        {
            yield return $"{path} does not say the format of the image that it builds on";
        }

        foreach (ImageState state in Open(host, disk))
        {
            yield return (state.Mode & OthersWrite) != 0 ? $"everybody may write to {state.Path} ({state.ModeText})" : $"everybody may read {state.Path} ({state.ModeText})";
        }
    }

    /// <summary>The images of a disk, and those that it builds on, that others than their owner and group may read or write.</summary>
    internal static IEnumerable<ImageState> Open(HypervisorFacts host, GuestDisk disk)
    {
        // Install media hold no secrets.
        if (!disk.Source.StartsWith('/') || disk.Device is "floppy" || (disk.Device is "cdrom" && disk.Source.EndsWith(".iso", StringComparison.OrdinalIgnoreCase)))
        {
            return [];
        }

        return (host.Image(disk.Source)?.Backing ?? disk.Backing).Where(static path => path.StartsWith('/')).Prepend(disk.Source)
            .Select(path => host.ImageStates.GetValueOrDefault(path)).OfType<ImageState>()
            .Where(state => (state.Mode & (OthersRead | OthersWrite)) != 0 && IsReachable(host, state.Path));
    }

    // Behind a directory that others may not enter, a file's own mode lets nobody in.
    private static bool IsReachable(HypervisorFacts host, string path) =>
        ImageQuestions.Above(path).Skip(1).All(directory => host.ImageStates.GetValueOrDefault(directory) is not ImageState state || (state.Mode & OthersSearch) != 0);

    private static Remedy Remedy(AuditedGuest guest) => Hypervisor.EditGuest(
        guest, "Write the format into the XML, close the images, and keep what they build on in a pool.",
        "# <driver name='qemu' type='qcow2'/> or type='raw', as 'qemu-img info -U IMAGE' tells of an image that the guest never wrote raw",
        "qemu-img rebase -u -F qcow2 -b BASE IMAGE   # says what lies below, while the guest is off", "chmod 0600 IMAGE   # libvirt gives it to qemu while the guest runs", "# an image outside pools: virsh pool-define-as NAME dir --target DIRECTORY, or move it while the guest is off");
}
