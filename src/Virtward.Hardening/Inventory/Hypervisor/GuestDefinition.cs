using System.Collections.Immutable;

namespace Virtward.Hardening.Inventory.Hypervisor;

/// <summary>A guest as one XML describes it: the one that is stored, or the one that runs.</summary>
/// <param name="Name">Its name.</param>
/// <param name="File">The snapshot's file that it was read from.</param>
/// <param name="Running">Whether it is as it runs.</param>
public sealed record GuestDefinition(string Name, string File, bool Running)
{
    /// <summary>Its UUID; empty: none.</summary>
    public string Uuid { get; init; } = "";

    /// <summary>The kind of hypervisor: <c>kvm</c>, <c>qemu</c>.</summary>
    public string Hypervisor { get; init; } = "";

    /// <summary>The machine type: <c>pc-q35-7.2</c>.</summary>
    public string Machine { get; init; } = "";

    /// <summary>The architecture: <c>x86_64</c>.</summary>
    public string Architecture { get; init; } = "";

    /// <summary>The CPU's mode: <c>host-model</c>, <c>host-passthrough</c>, <c>maximum</c>, <c>custom</c>; empty: nothing is said.</summary>
    public string CpuMode { get; init; } = "";

    /// <summary>The CPU's model, where it is <c>custom</c>.</summary>
    public string CpuModel { get; init; } = "";

    /// <summary>The CPU features that are asked for.</summary>
    public ImmutableArray<string> CpuFeatures { get; init; } = [];

    /// <summary>Whether its CPUs are bound to some of the host's, or their time is capped.</summary>
    public bool CpuLimited { get; init; }

    /// <summary>What is set about CPU time and limits nothing, such as a quota of -1; empty: nothing.</summary>
    public string CpuWithoutEffect { get; init; } = "";

    /// <summary>Whether its memory has a hard limit.</summary>
    public bool MemoryLimited { get; init; }

    /// <summary>Whether the speed of all its disks is limited or weighed.</summary>
    public bool DisksLimited { get; init; }

    /// <summary>Its consoles.</summary>
    public ImmutableArray<GuestGraphics> Graphics { get; init; } = [];

    /// <summary>Its security labels.</summary>
    public ImmutableArray<GuestSecurityLabel> Labels { get; init; } = [];

    /// <summary>Its disks.</summary>
    public ImmutableArray<GuestDisk> Disks { get; init; } = [];

    /// <summary>Its network interfaces.</summary>
    public ImmutableArray<GuestNic> Nics { get; init; } = [];

    /// <summary>Its channels and serial lines.</summary>
    public ImmutableArray<GuestLine> Lines { get; init; } = [];

    /// <summary>The host's directories that it sees.</summary>
    public ImmutableArray<string> Filesystems { get; init; } = [];

    /// <summary>The host's devices that it was given, for people: <c>pci 0000:01:00.0</c>.</summary>
    public ImmutableArray<string> HostDevices { get; init; } = [];

    /// <summary>The options among qemu's own arguments that were added: <c>-device</c>; their values are not kept.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>How many environment variables are set for its qemu.</summary>
    public int Environment { get; init; }

    /// <summary>The models of its sound cards.</summary>
    public ImmutableArray<string> Sound { get; init; } = [];

    /// <summary>Whether it stands still: in memory, and no processor of its runs (<c>virsh suspend</c>, a full disk).</summary>
    public bool Paused { get; init; }

    /// <summary>Whether it is stored, runs or is paused, for people.</summary>
    public string State => Paused ? "paused" : Running ? "running" : "stored";
}
