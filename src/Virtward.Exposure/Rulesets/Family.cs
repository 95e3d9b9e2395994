namespace Virtward.Exposure.Rulesets;

/// <summary>A table's family: which packets its chains see (nft(8), "Address families").</summary>
public enum Family
{
    /// <summary>IPv4.</summary>
    Ip,

    /// <summary>IPv6.</summary>
    Ip6,

    /// <summary>IPv4 and IPv6 in one table.</summary>
    Inet,

    /// <summary>ARP.</summary>
    Arp,

    /// <summary>Frames that a bridge handles.</summary>
    Bridge,

    /// <summary>Frames of one device, before and after everything else.</summary>
    Netdev,
}
