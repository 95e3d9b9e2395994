using System.Collections.Immutable;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Facts.Guests;

/// <summary>A libvirt network.</summary>
/// <param name="Name">Its name.</param>
public sealed record GuestNetwork(string Name)
{
    /// <summary>Whether it is active: then the rest is as it is, else as it is stored.</summary>
    public bool Active { get; init; }

    /// <summary>Its bridge; null: none, or chosen at its start.</summary>
    public string? Bridge { get; init; }

    /// <summary>How it leads out: <c>none</c> (isolated), <c>nat</c>, <c>route</c>, <c>open</c>, <c>bridge</c>, <c>private</c>, <c>passthrough</c>, <c>hostdev</c>, ….</summary>
    public string Forward { get; init; } = "none";

    /// <summary>The device that it may lead out by; null: any.</summary>
    public string? ForwardDevice { get; init; }

    /// <summary>The host's addresses in it.</summary>
    public ImmutableArray<InterfaceAddress> Addresses { get; init; } = [];

    /// <summary>Whether the host serves DHCP there.</summary>
    public bool Dhcp { get; init; }

    /// <summary>Hosts with a fixed address.</summary>
    public ImmutableArray<GuestAddress> FixedHosts { get; init; } = [];

    /// <summary>Whether all its ports are isolated from one another.</summary>
    public bool IsolatedPorts { get; init; }
}
