using Virtward.Core.Net;

namespace Virtward.Host.Tests.Exposure.Truth.Frames;

/// <summary>
/// Raw sockets in the host's namespace: they get a copy of every packet that has passed the last input chain (raw(7)), and answer nothing, so they
/// tell what arrived at the host without touching what becomes of it.
/// </summary>
internal sealed unsafe class HostEar : IDisposable
{
    private static ReadOnlySpan<int> Protocols => [1, 2, 4, 6, 17, 33, 41, 47, 50, 51, 58, 88, 89, 103, 108, 112, 132, 136, 253, 254];

    private readonly byte[] _buffer = new byte[65536];
    private readonly List<(int Descriptor, int Protocol, bool V4)> _sockets = [];

    public HostEar()
    {
        foreach (int protocol in Protocols)
        {
            int v4 = Libc.Open(Libc.AfInet, Libc.SockRaw | Libc.NonBlocking, protocol);
            Libc.Set(v4, 1, 33, 16 << 20);
            _sockets.Add((v4, protocol, true));
            int v6 = Libc.Open(Libc.AfInet6, Libc.SockRaw | Libc.NonBlocking, protocol);
            Libc.Set(v6, 1, 33, 16 << 20);

            // IPV6_RECVPKTINFO: the destination comes along.
            Libc.Set(v6, 41, 49, 1);
            _sockets.Add((v6, protocol, false));
        }
    }

    /// <summary>Whether packets of a protocol are heard.</summary>
    public static bool Hears(int protocol) => Protocols.Contains(protocol);

    /// <summary>Hears all packets that are there.</summary>
    public int Hear(Action<Seen> heard)
    {
        int count = 0;
        foreach ((int descriptor, int protocol, bool v4) in _sockets)
        {
            while (v4 ? HearV4(descriptor, heard) : HearV6(descriptor, protocol, heard))
            {
                count++;
            }
        }

        return count;
    }

    public void Dispose() => _sockets.ForEach(static socket => Libc.Close(socket.Descriptor));

    private bool HearV4(int descriptor, Action<Seen> heard)
    {
        fixed (byte* data = _buffer)
        {
            nint got = Libc.ReceiveFrom(descriptor, data, (nuint)_buffer.Length, Libc.DontWait, null, null);
            if (got < 0)
            {
                return false;
            }

            if (Seen.Read(new ReadOnlySpan<byte>(data, (int)got)) is { } seen)
            {
                heard(seen);
            }

            return true;
        }
    }

    private bool HearV6(int descriptor, int protocol, Action<Seen> heard)
    {
        byte* name = stackalloc byte[28];
        byte* control = stackalloc byte[256];
        fixed (byte* data = _buffer)
        {
            Libc.Vector vector = new() { Data = data, Length = (nuint)_buffer.Length };
            Libc.MessageHeader message = new()
            {
                Name = name, NameLength = 28, Vectors = &vector, VectorCount = 1, Control = control, ControlLength = 256,
            };
            nint got = Libc.ReceiveMessage(descriptor, &message, Libc.DontWait);
            if (got < 0)
            {
                return false;
            }

            // One control message: its length, level, type, and struct in6_pktinfo.
            Address destination = message.ControlLength >= 32 ? Seen.V6(new ReadOnlySpan<byte>(control + 16, 16)) : default;
            heard(Seen.Read(Seen.V6(new ReadOnlySpan<byte>(name + 8, 16)), destination, protocol, new ReadOnlySpan<byte>(data, (int)got)));
            return true;
        }
    }
}
