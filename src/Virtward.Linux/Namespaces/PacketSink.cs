using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Virtward.Core.Net;

namespace Virtward.Linux.Namespaces;

/// <summary>
/// Takes the numbered datagrams of <see cref="PacketStream"/>s and knows, for each source address, how far they got. What it has not
/// seen, the firewall in front of it has dropped.
/// </summary>
public sealed class PacketSink : IDisposable
{
    private readonly ConcurrentDictionary<Address, (uint Last, int Count)> _seen = new();
    private readonly Socket _socket;
    private readonly Thread _thread;

    /// <summary>Listens on a UDP port of all addresses of a network namespace.</summary>
    public PacketSink(NetworkNamespace network, ushort port)
    {
        _socket = network.Run(() => new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp)
        {
            DualMode = true,
            ReceiveBufferSize = 4 << 20,
        });
        _socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
        _thread = new Thread(Receive) { IsBackground = true, Name = "packet sink" };
        _thread.Start();
    }

    /// <summary>The number of the last datagram that came from an address, and how many came; 0 where none did.</summary>
    public (uint Last, int Count) Seen(Address source) => _seen.GetValueOrDefault(source);

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
        _thread.Join();
    }

    private void Receive()
    {
        byte[] datagram = new byte[64];
        var source = new SocketAddress(AddressFamily.InterNetworkV6);
        var any = new IPEndPoint(IPAddress.IPv6Any, 0);
        while (true)
        {
            try
            {
                int length = _socket.ReceiveFrom(datagram, SocketFlags.None, source);
                if (length == sizeof(uint))
                {
                    Address from = Address.From(((IPEndPoint)any.Create(source)).Address);
                    (uint last, int count) = _seen.GetValueOrDefault(from);
                    _seen[from] = (Math.Max(last, BinaryPrimitives.ReadUInt32BigEndian(datagram)), count + 1);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
