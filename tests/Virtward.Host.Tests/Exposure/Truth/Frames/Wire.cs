using System.Buffers.Binary;

namespace Virtward.Host.Tests.Exposure.Truth.Frames;

/// <summary>All devices of the namespace it is made in, as one raw socket: sends frames by any of them and hears what comes in by each.</summary>
internal sealed unsafe class Wire : IDisposable
{
    private const int Packet = 263;
    private const int IgnoreOutgoing = 23;
    private const int AllProtocols = 0x0300;

    private readonly byte[] _buffer = new byte[65536];

    public Wire()
    {
        Descriptor = Libc.Open(Libc.AfPacket, Libc.SockRaw | Libc.NonBlocking, AllProtocols);
        Libc.Set(Descriptor, Packet, IgnoreOutgoing, 1);
        Libc.Set(Descriptor, 1, 33, 64 << 20);
    }

    /// <summary>To wait on.</summary>
    public int Descriptor { get; }

    /// <summary>Sends a frame by the device of an index.</summary>
    public void Send(int index, ReadOnlySpan<byte> frame)
    {
        // struct sockaddr_ll: family, protocol, ifindex, ….
        byte* address = stackalloc byte[20];
        new Span<byte>(address, 20).Clear();
        *(ushort*)address = Libc.AfPacket;
        *(int*)(address + 4) = index;
        fixed (byte* data = frame)
        {
            if (Libc.SendTo(Descriptor, data, (nuint)frame.Length, 0, address, 20) < 0)
            {
                throw Libc.Failure($"sending a frame of {frame.Length} bytes by device {index}");
            }
        }
    }

    /// <summary>Hears all frames that are there.</summary>
    public int Hear(Action<int, Seen> heard)
    {
        int count = 0;
        byte* address = stackalloc byte[20];
        fixed (byte* data = _buffer)
        {
            while (true)
            {
                int length = 20;
                nint got = Libc.ReceiveFrom(Descriptor, data, (nuint)_buffer.Length, Libc.DontWait, address, &length);
                if (got < 14)
                {
                    return count;
                }

                count++;
                ReadOnlySpan<byte> frame = new(data, (int)got);
                int at = 12;
                ushort type = BinaryPrimitives.ReadUInt16BigEndian(frame[at..]);
                while (type is 0x8100 or 0x88a8 && got >= at + 6)
                {
                    at += 4;
                    type = BinaryPrimitives.ReadUInt16BigEndian(frame[at..]);
                }

                if (type is 0x0800 or 0x86dd && Seen.Read(frame[(at + 2)..]) is { } seen)
                {
                    heard(*(int*)(address + 4), seen);
                }
            }
        }
    }

    public void Dispose() => Libc.Close(Descriptor);
}
