namespace Virtward.Hardening.Inventory.Network;

/// <summary>What <c>ip -d</c> tells of an interface besides what decides about packets.</summary>
/// <param name="Name">Its name.</param>
public sealed record LinkDetail(string Name)
{
    /// <summary>Its kind: <c>bridge</c>, <c>tun</c>, …; empty for hardware.</summary>
    public string Kind { get; init; } = "";

    /// <summary>The bridge or bond that it is a port of; empty: none.</summary>
    public string Master { get; init; } = "";

    /// <summary>Whether somebody set it to take all frames.</summary>
    public bool SetPromiscuous { get; init; }

    /// <summary>How many hold it to take all frames.</summary>
    public int Promiscuity { get; init; }

    /// <summary>Of a bridge: whether it speaks the spanning tree protocol; null: not told.</summary>
    public bool? SpanningTree { get; init; }

    /// <summary>Of a bridge: whether it tells VLANs apart.</summary>
    public bool VlanFiltering { get; init; }

    /// <summary>Of a <c>tun</c> device: whether it is a tap, with Ethernet frames.</summary>
    public bool Tap { get; init; }

    /// <summary>Its IPv4 addresses that DHCP gave, as text.</summary>
    public string? DynamicAddress { get; init; }

    /// <summary>An IPv6 address that another machine has too; null: none.</summary>
    public string? DuplicateAddress { get; init; }
}
