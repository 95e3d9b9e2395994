namespace Virtward.Exposure.Reading.Ipsets;

/// <summary>What one part of a set's type is compared with (ipset(8), "Set types").</summary>
public enum IpsetDimension
{
    /// <summary>An address or network (<c>ip</c>, <c>net</c>).</summary>
    Address,

    /// <summary>A protocol and its port, two fields of a key (<c>port</c>).</summary>
    Port,

    /// <summary>A hardware address (<c>mac</c>).</summary>
    HardwareAddress,

    /// <summary>An interface's name (<c>iface</c>).</summary>
    Interface,

    /// <summary>A packet's mark (<c>mark</c>).</summary>
    Mark,
}
