using System.Buffers.Binary;

namespace Virtward.Host.Tests.Exposure.Truth.Frames;

/// <summary>All devices of the namespace it is made in, as one raw socket: sends frames by any of them and hears what comes in by each.</summary>
internal sealed unsafe class Wire : IDisposable
{
    private const int Packet = 263;
    private const int IgnoreOutgoing = 23;
    private const int AllProtocols = 0x0300;
    private const ushort Experimental = 0x88b5;

    private readonly byte[] _buffer = new byte[65536];

    public Wire()
    {
        Descriptor = Libc.Open(Libc.AfPacket, Libc.SockRaw | Libc.NonBlocking, AllProtocols);
        Libc.Set(Descriptor, Packet, IgnoreOutgoing, 1);
        Libc.Set(Descriptor, 1, 33, 64 << 20);
    }

    /// <summary>To wait on.</summary>
    public int Descriptor { get; }

    /// <summary>The number of the last sentinel that was heard.</summary>
    public int LastSentinel { get; private set; }

    /// <summary>Sends a frame of no protocol with a number.</summary>
    public void SendSentinel(int index, int number)
    {
        Span<byte> frame = stackalloc byte[60];
        frame.Clear();
        frame[..6].Fill(0xff);
        BinaryPrimitives.WriteUInt16BigEndian(frame[12..], Experimental);
        BinaryPrimitives.WriteInt32BigEndian(frame[14..], number);
        Send(index, frame);
    }

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

                if (type == Experimental && got >= at + 6)
                {
                    LastSentinel = BinaryPrimitives.ReadInt32BigEndian(frame[(at + 2)..]);
                }
                else if (type is 0x0800 or 0x86dd && Seen.Read(frame[(at + 2)..]) is { } seen)
                {
                    heard(*(int*)(address + 4), seen);
                }
            }
        }
    }

    public void Dispose() => Libc.Close(Descriptor);
}
