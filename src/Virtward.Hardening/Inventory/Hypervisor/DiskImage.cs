using System.Collections.Immutable;

namespace Virtward.Hardening.Inventory.Hypervisor;

/// <summary>An image and what lies below it, as qemu-img tells.</summary>
/// <param name="Path">The image's path.</param>
/// <param name="Backing">The images below it, the nearest first.</param>
/// <param name="Snapshots">When the snapshots inside the images were made.</param>
public sealed record DiskImage(string Path, ImmutableArray<string> Backing, ImmutableArray<DateTimeOffset> Snapshots)
{
    /// <summary>The images of the chain that do not say which format the one below them has, so that it is probed.</summary>
    public ImmutableArray<string> Probing { get; init; } = [];
}
