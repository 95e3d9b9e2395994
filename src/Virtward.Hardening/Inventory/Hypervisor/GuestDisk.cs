using System.Collections.Immutable;

namespace Virtward.Hardening.Inventory.Hypervisor;

/// <summary>A disk of a guest.</summary>
/// <param name="Type"><c>file</c>, <c>block</c>, <c>volume</c>, <c>network</c>, <c>dir</c>, ….</param>
/// <param name="Device"><c>disk</c>, <c>cdrom</c>, <c>floppy</c>, <c>lun</c>.</param>
/// <param name="Target">Its name in the guest: <c>vda</c>.</param>
public sealed record GuestDisk(string Type, string Device, string Target)
{
    /// <summary>The file or device; empty: none.</summary>
    public string Source { get; init; } = "";

    /// <summary>The image's format as the XML says (<c>qcow2</c>, <c>raw</c>); empty: it does not say.</summary>
    public string Format { get; init; } = "";

    /// <summary>How writes are cached; empty: the default.</summary>
    public string Cache { get; init; } = "";

    /// <summary>Whether the guest may send any SCSI command to it.</summary>
    public bool RawCommands { get; init; }

    /// <summary>Whether its speed is limited.</summary>
    public bool Limited { get; init; }

    /// <summary>Whether the guest may only read it.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>The images below it, as the running guest's XML tells them.</summary>
    public ImmutableArray<string> Backing { get; init; } = [];
}
