using Virtward.Core.Net;

namespace Virtward.Exposure.Topology;

/// <summary>Who answers to an address on a link (<c>ip neigh</c>).</summary>
/// <param name="Address">The address.</param>
/// <param name="Mac">Its hardware address, 48 bits.</param>
/// <param name="Device">The device that it is reached by; for guests the bridge.</param>
public sealed record Neighbour(Address Address, ulong Mac, string Device);
