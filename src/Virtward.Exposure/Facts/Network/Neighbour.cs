using Virtward.Core.Net;

namespace Virtward.Exposure.Facts.Network;

/// <summary>A neighbour that the host knows by ARP or neighbour discovery.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Device">The interface it is at.</param>
/// <param name="Mac">Its hardware address, 48 bits.</param>
public sealed record Neighbour(Address Address, string Device, ulong Mac);
