using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Linux.Netlink;

namespace Virtward.Linux.Sockets;

/// <summary>Sockets without a peer by sock_diag(7), of the network namespace that the netlink socket was opened in.</summary>
/// <param name="socket">A socket of <see cref="NetlinkProtocol.SocketDiagnostics"/>.</param>
internal sealed class KernelSockets(NetlinkSocket socket)
{
    private const int ByFamily = 20;
    private const byte FamilyV4 = 2;
    private const byte FamilyV6 = 10;
    private const int NoHandler = 2;

    // linux/tcp_states.h: LISTEN of protocols with connections; CLOSE is what a socket without a peer is in, of those without.
    private const uint Listening = 1 << 10;
    private const uint Unconnected = 1 << 7;

    // struct inet_diag_msg: family, state, timer, retrans; the identity; expires, rqueue, wqueue, uid, inode.
    private const int IdentityLength = 48;
    private const int DeviceOffset = 36;
    private const int DeviceInMessage = 4 + DeviceOffset;
    private const int UidOffset = 64;
    private const int InodeOffset = 68;
    private const int MessageLength = 72;

    // linux/inet_diag.h.
    private const int AttributeV6Only = 11;
    private const int AttributeLocals = 12;
    private const int AttributeOptions = 22;
    private const int LocalLength = 128;

    // struct inet_diag_sockopt: the sixth bit; little-endian machines only, as all that this runs on.
    private const int TransparentBit = 1 << 5;

    /// <summary>The protocols that are asked for: word, number, states.</summary>
    private static readonly (string Word, byte Number, uint States)[] Protocols =
    [
        ("tcp", 6, Listening), ("udp", 17, Unconnected), ("udplite", 136, Unconnected), ("raw", 255, Unconnected), ("sctp", 132, Listening),
        ("dccp", 33, Listening),
    ];

    /// <summary>Lists them.</summary>
    /// <param name="loaded">Whether the kernel has a protocol loaded: asked for one that is not, it would load its module.</param>
    /// <param name="untold">Gets the protocols that this kernel tells nothing of here: each has a module of its own for that.</param>
    public Result<List<BoundSocket>> List(Func<string, bool> loaded, ICollection<string> untold)
    {
        List<BoundSocket> sockets = [];
        foreach ((string word, byte number, uint states) in Protocols.Where(protocol => loaded(protocol.Word)))
        {
            foreach (byte family in (ReadOnlySpan<byte>)[FamilyV4, FamilyV6])
            {
                int error = Ask(family, number, states, (_, payload) =>
                {
                    if (payload.Length >= MessageLength)
                    {
                        Read(word, number, payload, sockets);
                    }
                });
                if (error == NoHandler)
                {
                    untold.Add(word);
                    break;
                }

                if (error != 0)
                {
                    return NetlinkSocket.Failure($"cannot list the {word} sockets", error);
                }
            }
        }

        return sockets;
    }

    private static void Read(string word, byte number, ReadOnlySpan<byte> message, List<BoundSocket> sockets)
    {
        ReadOnlySpan<byte> attributes = message[MessageLength..];
        int port = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);
        bool raw = word == "raw";
        if (!raw && port == 0)
        {
            return;
        }

        bool v4 = message[0] == FamilyV4;
        ReadOnlySpan<byte> only = NetlinkAttributes.Find(attributes, AttributeV6Only);
        ReadOnlySpan<byte> options = NetlinkAttributes.Find(attributes, AttributeOptions);
        var one = new BoundSocket(
            word,
            raw ? port : number,
            AddressOf(v4, message[8..]),
            raw ? 0 : port,
            !v4 && only.Length > 0 && only[0] != 0,
            MemoryMarshal.Read<int>(message[DeviceInMessage..]),
            MemoryMarshal.Read<uint>(message[UidOffset..]),
            MemoryMarshal.Read<uint>(message[InodeOffset..]))
        {
            Transparent = options.IsEmpty ? null : (options[0] & TransparentBit) != 0,
        };
        ReadOnlySpan<byte> locals = NetlinkAttributes.Find(attributes, AttributeLocals);
        if (locals.Length < LocalLength)
        {
            sockets.Add(one);
            return;
        }

        // SCTP binds to several addresses: struct sockaddr_storage each.
        for (; locals.Length >= LocalLength; locals = locals[LocalLength..])
        {
            bool localV4 = MemoryMarshal.Read<ushort>(locals) == FamilyV4;
            sockets.Add(one with { Address = AddressOf(localV4, locals[(localV4 ? 4 : 8)..]) });
        }
    }

    private static Address AddressOf(bool v4, ReadOnlySpan<byte> bytes) => v4
        ? Address.FromV4(NetlinkAttributes.UInt32(bytes))
        : new Address(NetlinkAttributes.UInt64(bytes), NetlinkAttributes.UInt64(bytes[8..]));

    private int Ask(byte family, byte protocol, uint states, NetlinkHandler handler)
    {
        var writer = new NetlinkWriter();
        uint sequence = socket.NextSequence();
        writer.Begin(ByFamily, NetlinkFlags.Request | NetlinkFlags.Dump, sequence);
        Span<byte> request = stackalloc byte[8 + IdentityLength];
        request.Clear();
        request[0] = family;
        request[1] = protocol;
        MemoryMarshal.Write(request[4..], states);
        writer.Raw(request);
        writer.End();
        return socket.Request(writer.Written, sequence, handler, out _);
    }
}
