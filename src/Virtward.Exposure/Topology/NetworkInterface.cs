using System.Collections.Immutable;

namespace Virtward.Exposure.Topology;

/// <summary>A network interface of the host, as <c>ip -d link</c> and <c>ip addr</c> show it.</summary>
/// <param name="Index">The kernel's number for it.</param>
/// <param name="Name">Its name.</param>
public sealed record NetworkInterface(int Index, string Name)
{
    /// <summary>Its kind: <c>bridge</c>, <c>veth</c>, <c>tun</c>, <c>vlan</c>, <c>bond</c>, <c>wireguard</c>, …; empty for hardware and loopback.</summary>
    public string Kind { get; init; } = "";

    /// <summary>The bridge, bond or VRF that it is a port of; null: none.</summary>
    public string? Master { get; init; }

    /// <summary>For a VLAN or macvlan: the device it sits on; null: none.</summary>
    public string? Lower { get; init; }

    /// <summary>For a VLAN device: its id; else null.</summary>
    public int? Vlan { get; init; }

    /// <summary>The hardware address, 48 bits; 0 where it has none.</summary>
    public ulong Mac { get; init; }

    /// <summary>Whether it is up.</summary>
    public bool Up { get; init; } = true;

    /// <summary>Whether it is the loopback device.</summary>
    public bool Loopback { get; init; }

    /// <summary>The ARPHRD_ number of its link type (1 Ethernet, 772 loopback, 65534 none).</summary>
    public int LinkType { get; init; } = 1;

    /// <summary>Its group's number.</summary>
    public int Group { get; init; }

    /// <summary>Its addresses, each with the length of its network.</summary>
    public ImmutableArray<InterfaceAddress> Addresses { get; init; } = [];

    /// <summary>For a port of a bridge: whether it is isolated (passes frames to and from ports only that are not).</summary>
    public bool Isolated { get; init; }

    /// <summary>For a port of a bridge: whether frames may leave by the port they came in by.</summary>
    public bool Hairpin { get; init; }

    /// <summary>For a bridge: whether it tells VLANs apart.</summary>
    public bool VlanFiltering { get; init; }

    /// <summary>For a bridge: whether frames to the host or through it pass iptables and nftables' IP hooks although the global sysctl is off.</summary>
    public bool CallsIptables { get; init; }

    /// <summary>For a bridge or a port of one that tells VLANs apart: the VLANs that pass it.</summary>
    public ImmutableArray<BridgeVlan> Vlans { get; init; } = [];
}
