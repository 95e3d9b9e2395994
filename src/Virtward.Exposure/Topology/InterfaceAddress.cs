using Virtward.Core.Net;

namespace Virtward.Exposure.Topology;

/// <summary>An address of an interface.</summary>
/// <param name="Address">The address.</param>
/// <param name="Length">The length of its network's prefix.</param>
/// <param name="Peer">The address at the other end of a point-to-point link; null: none.</param>
public sealed record InterfaceAddress(Address Address, int Length, Address? Peer = null)
{
    /// <summary>Whether somebody lent it (DHCP, router advertisements): the kernel forgets it when its time is over. What is not told counts as fixed.</summary>
    public bool Dynamic { get; init; }

    /// <summary>Of IPv6: whether it may be used for what is new, being neither tentative nor deprecated (RFC 4862 section 5.5.4).</summary>
    public bool Preferred { get; init; } = true;

    /// <summary>The network that it stands in.</summary>
    public Prefix Network => new(Peer ?? Address, Length);
}
