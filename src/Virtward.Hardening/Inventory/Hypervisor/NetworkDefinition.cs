using System.Collections.Immutable;

namespace Virtward.Hardening.Inventory.Hypervisor;

/// <summary>A libvirt network as one XML describes it, as far as names and addresses are given out there.</summary>
/// <param name="Name">Its name.</param>
/// <param name="File">The snapshot's file that it was read from.</param>
/// <param name="Active">Whether it is as it runs.</param>
public sealed record NetworkDefinition(string Name, string File, bool Active)
{
    /// <summary>How it leads out: <c>none</c>, <c>nat</c>, <c>route</c>, <c>open</c>, <c>bridge</c>, ….</summary>
    public string Forward { get; init; } = "none";

    /// <summary>Its bridge; empty: none is named.</summary>
    public string Bridge { get; init; } = "";

    /// <summary>Whether libvirt runs a dnsmasq for it: it has addresses of the host's and is not bridged.</summary>
    public bool Addressed { get; init; }

    /// <summary>Whether names are served: unless <c>&lt;dns enable='no'/&gt;</c>.</summary>
    public bool Dns { get; init; }

    /// <summary>Where questions are passed on to (<c>&lt;forwarder addr='…'/&gt;</c>); empty: to whatever the host asks.</summary>
    public ImmutableArray<string> Forwarders { get; init; } = [];

    /// <summary>Whether all its ports are isolated from one another.</summary>
    public bool IsolatedPorts { get; init; }

    /// <summary>Whether it limits the bandwidth of its guests.</summary>
    public bool Limited { get; init; }

    /// <summary>The DHCP ranges: first and last address, as they stand there.</summary>
    public ImmutableArray<string> Ranges { get; init; } = [];
}
