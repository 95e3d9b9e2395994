using System.Collections.Immutable;
using System.Globalization;
using Virtward.Core.Policy;
using Virtward.Exposure.Facts;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Libvirt;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Hypervisor;

namespace Virtward.Hardening.Makers;

/// <summary>
/// Guests' images are closed to everybody but their owner and group. Only where it can cost no guest its disk: the owner is who QEMU runs as, or root for a guest that is off
/// (libvirt hands the image to QEMU when it starts), and the file system knows root. An image's format and place are never touched.
/// </summary>
public static class ImageModesChange
{
    /// <summary>The change's id.</summary>
    public const string Id = "image.modes";

    private const int Others = 7;
    private const int Most = 200;

    // Where root may be nobody (NFS, SMB) the rights of all others may be what QEMU gets in by.
    private static readonly ImmutableArray<string> Local = ["ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "bcachefs"];

    /// <summary>Makes it.</summary>
    public static MadeChanges Of(AuditFacts facts, HostPolicy policy)
    {
        HypervisorFacts host = facts.Hypervisor;
        if (!policy.Libvirt.Managed || !host.Present || host.GuestsProblem is not null || host.ImageStatesProblem is not null || host.ProcessesProblem is not null
            || host.Qemu.Problem is not null || host.Qemu.Is("dynamic_ownership", "0"))
        {
            return MadeChanges.None;
        }

        var owners = facts.Access.Accounts.Where(static account => account.Name is "qemu" or "libvirt-qemu").Select(static account => (long)account.Uid)
            .Concat(host.Processes.Select(static process => (long?)process.Uid).OfType<long>()).ToImmutableHashSet();
        (ImageState State, bool Running)[] open =
        [
            .. host.Guests.SelectMany(guest => guest.Forms.SelectMany(static form => form.Disks).SelectMany(disk => Lv09.Open(host, disk)).Select(state => (state, guest.Running)))
                .GroupBy(static one => one.state.Path, static one => one, StringComparer.Ordinal).OrderBy(static group => group.Key, StringComparer.Ordinal)
                .Select(static group => (group.First().state, group.Any(static one => one.Running))),
        ];
        ImageState[] close = [.. open.Where(one => one.State.Kind.StartsWith("regular", StringComparison.Ordinal) && IsLocal(facts, one.State.Path)
            && (owners.Contains(one.State.Uid) || (one.State.Uid == 0 && !one.Running))).Select(static one => one.State)];
        string[] notes =
        [
            .. open.Where(one => !close.Contains(one.State)).Take(Most).Select(static one => $"{one.State.Path} stays open to others ({one.State.ModeText}): it is not certain that QEMU would still get in (LV-09)"),
            .. close.Length > Most ? (ReadOnlySpan<string>)[$"{close.Length - Most} more images are open to others: the next plan has them"] : [],
        ];
        close = [.. close.Take(Most)];
        return close.Length == 0 ? MadeChanges.Only(notes) : MadeChanges.Of(
            new Change(Id, close.Length == 1 ? $"close the image {close[0].Path} to others" : $"close {close.Length} images to others", "An image that everybody may read gives a guest's secrets to every user of the host.")
            {
                Checks = Lv09.Check.Judge(After(facts, close)).Status == Status.Fail ? [] : [Lv09.Check.Id],
                Risk = ChangeRisk.Service,
                Steps = [.. close.Select(static state => Step(state.Path, state.Mode & ~Others))],
            }, notes);
    }

    // By stat and chmod: an image is too long to be read as a file.
    private static CommandStep Step(string path, int mode) => new(
        $"the mode of {path}", ["stat", "-L", "-c", "%a", path], Octal(mode), [["chmod", Octal(mode), path]], [["chmod", "{before}", path]]);

    private static string Octal(int mode) => Convert.ToString(mode, 8);

    private static bool IsLocal(AuditFacts facts, string path) => facts.Access.Mounts
        .Where(mount => mount.Point == "/" || path.StartsWith(mount.Point.TrimEnd('/') + "/", StringComparison.Ordinal))
        .OrderByDescending(static mount => mount.Point.Length).Select(static mount => Local.Contains(mount.Type)).FirstOrDefault();

    private static AuditFacts After(AuditFacts facts, ImageState[] closed)
    {
        IEnumerable<ImageState> states = facts.Hypervisor.ImageStates.Values.Select(state => closed.Contains(state) ? state with { Mode = state.Mode & ~Others } : state);
        string text = string.Concat(states.Select(static state => string.Create(CultureInfo.InvariantCulture, $"{Octal(state.Mode)} {state.Uid} {state.Gid} {state.Kind}\t{state.Path}\n")));
        return new AuditFacts(HostFacts.Read(facts.Snapshot.With(ImageQuestions.States, text)), facts.Policy, facts.Profile, facts.Now);
    }
}
