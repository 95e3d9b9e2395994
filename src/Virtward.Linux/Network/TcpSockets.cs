using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Linux.Netlink;

namespace Virtward.Linux.Network;

/// <summary>The host's TCP sockets by sock_diag(7): listed, and destroyed.</summary>
/// <param name="socket">A socket of <see cref="NetlinkProtocol.SocketDiagnostics"/>.</param>
public sealed class TcpSockets(NetlinkSocket socket)
{
    private const int ByFamily = 20;
    private const int Destroying = 21;
    private const byte FamilyV4 = 2;
    private const byte FamilyV6 = 10;
    private const byte ProtocolTcp = 6;
    private const int NotSupported = 95;

    // linux/tcp_states.h: SYN_SENT, SYN_RECV, ESTABLISHED, FIN_WAIT1, FIN_WAIT2, CLOSE_WAIT, LAST_ACK, CLOSING: a peer, and a socket to free.
    private const uint Connected = (1 << 1) | (1 << 2) | (1 << 3) | (1 << 4) | (1 << 5) | (1 << 8) | (1 << 9) | (1 << 11);

    // struct inet_diag_msg: family, state, timer, retrans; the identity; expires, rqueue, wqueue, uid, inode.
    private const int IdentityOffset = 4;
    private const int IdentityLength = 48;
    private const int InodeOffset = 68;
    private const int MessageLength = 72;

    /// <summary>Lists the sockets that have a peer.</summary>
    public Result<List<TcpSocket>> List()
    {
        List<TcpSocket> sockets = [];
        foreach (byte family in (ReadOnlySpan<byte>)[FamilyV4, FamilyV6])
        {
            int error = Ask(ByFamily, NetlinkFlags.Dump, family, new byte[IdentityLength], (_, payload) =>
            {
                if (payload.Length >= MessageLength)
                {
                    sockets.Add(Read(payload));
                }
            });
            if (error != 0)
            {
                return NetlinkSocket.Failure("cannot list the TCP sockets", error);
            }
        }

        return sockets;
    }

    /// <summary>Destroys a socket: whoever holds it reads an error, ECONNABORTED.</summary>
    /// <returns>Whether it was destroyed; not where it is gone, or the kernel cannot (CONFIG_INET_DIAG_DESTROY).</returns>
    public Result<bool> Destroy(TcpSocket victim)
    {
        int error = Ask(Destroying, NetlinkFlags.Acknowledge, victim.Family, victim.Identity, static (_, _) => { });
        return error is 0 or 2 or NotSupported
            ? error == 0
            : NetlinkSocket.Failure("cannot destroy a TCP socket", error, victim.Remote.ToString());
    }

    private static TcpSocket Read(ReadOnlySpan<byte> message)
    {
        ReadOnlySpan<byte> identity = message.Slice(IdentityOffset, IdentityLength);
        ReadOnlySpan<byte> remote = identity[20..];
        return new TcpSocket(
            BinaryPrimitives.ReadUInt16BigEndian(identity),
            message[0] == FamilyV4
                ? Address.FromV4(NetlinkAttributes.UInt32(remote))
                : new Address(NetlinkAttributes.UInt64(remote), NetlinkAttributes.UInt64(remote[8..])),
            MemoryMarshal.Read<uint>(message[InodeOffset..]),
            message[0],
            identity.ToArray());
    }

    private int Ask(int type, NetlinkFlags flags, byte family, ReadOnlySpan<byte> identity, NetlinkHandler handler)
    {
        var writer = new NetlinkWriter();
        uint sequence = socket.NextSequence();
        writer.Begin(type, NetlinkFlags.Request | flags, sequence);
        Span<byte> request = stackalloc byte[8 + IdentityLength];
        request.Clear();
        request[0] = family;
        request[1] = ProtocolTcp;
        MemoryMarshal.Write(request[4..], Connected);
        identity.CopyTo(request[8..]);
        writer.Raw(request);
        writer.End();
        return socket.Request(writer.Written, sequence, handler, out _);
    }
}
