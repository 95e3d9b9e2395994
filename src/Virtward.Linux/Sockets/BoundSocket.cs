using Virtward.Core.Net;

namespace Virtward.Linux.Sockets;

/// <summary>A socket without a peer, as the kernel tells of it.</summary>
/// <param name="Protocol">Its word, as <see cref="Core.Snapshots.Listener.Protocol"/> has it.</param>
/// <param name="Number">The IP protocol's number.</param>
/// <param name="Address">The address that it is bound to.</param>
/// <param name="Port">The port.</param>
/// <param name="V6Only">That it takes no IPv4.</param>
/// <param name="DeviceIndex">The number of the device that it is bound to; 0: none.</param>
/// <param name="Uid">The number of the user that made it.</param>
/// <param name="Inode">Its inode.</param>
public sealed record BoundSocket(string Protocol, int Number, Address Address, int Port, bool V6Only, int DeviceIndex, long Uid, ulong Inode)
{
    /// <summary>Whether it takes packets for others' addresses (IP_TRANSPARENT); null: not told.</summary>
    public bool? Transparent { get; init; }
}
