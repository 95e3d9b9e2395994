using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Virtward.Core.Net;

namespace Virtward.Linux.Namespaces;

/// <summary>
/// Sends numbered datagrams from one address, a few thousand a second, and keeps when each one had left: the first that
/// <see cref="PacketSink"/> misses tells to a fraction of a millisecond when an address was shut out.
/// </summary>
public sealed class PacketStream : IDisposable
{
    /// <summary>The pause between two datagrams; with the timer's own slack (50 µs, prctl(2)) about 0.3 ms.</summary>
    private const uint PauseMicroseconds = 200;

    private readonly List<long> _sent = new(4096);
    private readonly Lock _gate = new();
    private readonly Socket _socket;
    private readonly Thread _thread;
    private volatile bool _stop;

    /// <summary>Starts to send, from a local address of the caller's network namespace.</summary>
    public PacketStream(Address from, Address to, ushort port)
    {
        From = from;
        IPAddress source = from.ToIPAddress();
        _socket = new Socket(source.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        _socket.Bind(new IPEndPoint(source, 0));
        _socket.Connect(new IPEndPoint(to.ToIPAddress(), port));
        _thread = new Thread(Send) { IsBackground = true, Name = "packet stream" };
        _thread.Start();
    }

    /// <summary>The address it sends from.</summary>
    public Address From { get; }

    /// <summary>How many datagrams have been sent.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _sent.Count;
            }
        }
    }

    /// <summary>When the datagram of a number, counted from 1, was sent (as Stopwatch counts); null where it has not been.</summary>
    public long? SentAt(uint number)
    {
        lock (_gate)
        {
            return number >= 1 && number <= _sent.Count ? _sent[(int)number - 1] : null;
        }
    }

    /// <summary>How many datagrams left at or after a moment.</summary>
    public int CountSince(long moment)
    {
        lock (_gate)
        {
            return _sent.Count(sent => sent >= moment);
        }
    }

    /// <summary>Sends no more.</summary>
    public void Dispose()
    {
        _stop = true;
        _thread.Join();
        _socket.Dispose();
    }

    private void Send()
    {
        Span<byte> number = stackalloc byte[sizeof(uint)];
        for (uint next = 1; !_stop; next++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(number, next);
            try
            {
                _ = _socket.Send(number);
            }
            catch (SocketException)
            {
                // An ICMP answer to an earlier datagram; this one was not sent.
                next--;
                continue;
            }

            // Taken after the packet has gone its way, so that no latency looks shorter than it was.
            long now = Stopwatch.GetTimestamp();
            lock (_gate)
            {
                _sent.Add(now);
            }

            _ = NamespaceNative.SleepMicroseconds(PauseMicroseconds);
        }
    }
}
