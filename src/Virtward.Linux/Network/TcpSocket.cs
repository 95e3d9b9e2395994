using Virtward.Core.Net;

namespace Virtward.Linux.Network;

/// <summary>A connected TCP socket of this host.</summary>
/// <param name="LocalPort">Its own port.</param>
/// <param name="Remote">The peer.</param>
/// <param name="Inode">Its inode, by which processes hold it; 0 where none does any more.</param>
/// <param name="Family">The address family that it was made for.</param>
/// <param name="Identity">What the kernel knows it by: struct inet_diag_sockid.</param>
public readonly record struct TcpSocket(int LocalPort, Address Remote, uint Inode, byte Family, byte[] Identity);
