namespace Virtward.Exposure.Facts.Guests;

/// <summary>Who says that a guest has an address, the most reliable first.</summary>
public enum AddressSource
{
    /// <summary>The administrator: the guest's XML, or a fixed DHCP host of its network.</summary>
    Configured,

    /// <summary>A DHCP lease that the host gave.</summary>
    Lease,

    /// <summary>The host's neighbour tables: something at that hardware address has answered for it.</summary>
    Neighbour,

    /// <summary>The guest itself, through its agent.</summary>
    Agent,
}
