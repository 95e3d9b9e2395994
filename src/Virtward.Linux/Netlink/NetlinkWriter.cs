using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Virtward.Linux.Netlink;

/// <summary>
/// Builds netlink messages and their attributes in one growing buffer (linux/netlink.h; headers in host byte order, everything aligned
/// to four bytes).
/// </summary>
public sealed class NetlinkWriter
{
    /// <summary>The length of a message header, struct nlmsghdr.</summary>
    public const int HeaderLength = 16;

    /// <summary>The most bytes one attribute can hold, its header included: its length is 16 bits wide.</summary>
    public const int MaxAttribute = ushort.MaxValue & ~3;

    private const ushort Nested = 0x8000;

    private byte[] _buffer;
    private int _length;
    private int _message;

    /// <summary>Makes an empty one.</summary>
    /// <param name="capacity">The bytes it starts with.</param>
    public NetlinkWriter(int capacity = 1024) => _buffer = new byte[capacity];

    /// <summary>What has been written.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    /// <summary>Forgets what has been written, and keeps the memory.</summary>
    public void Clear() => _length = 0;

    /// <summary>Forgets what has been written, and gives the memory back where it has grown beyond a number of bytes.</summary>
    public void Trim(int capacity)
    {
        _length = 0;
        if (_buffer.Length > capacity)
        {
            _buffer = new byte[capacity];
        }
    }

    /// <summary>Begins a message; ends with <see cref="End"/>.</summary>
    public void Begin(int type, NetlinkFlags flags, uint sequence)
    {
        _message = _length;
        Span<byte> header = Take(HeaderLength);
        MemoryMarshal.Write(header[4..], (ushort)type);
        MemoryMarshal.Write(header[6..], (ushort)flags);
        MemoryMarshal.Write(header[8..], sequence);
    }

    /// <summary>Ends the message: its length is known now.</summary>
    public void End() => MemoryMarshal.Write(_buffer.AsSpan(_message), (uint)(_length - _message));

    /// <summary>Writes a fixed part as it is, such as the family header of a protocol.</summary>
    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    /// <summary>Writes an attribute.</summary>
    public void Bytes(int type, ReadOnlySpan<byte> value)
    {
        Span<byte> attribute = Take(4 + value.Length);
        MemoryMarshal.Write(attribute, (ushort)(4 + value.Length));
        MemoryMarshal.Write(attribute[2..], (ushort)type);
        value.CopyTo(attribute[4..]);
    }

    /// <summary>Writes a NUL-terminated string attribute.</summary>
    public void Text(int type, string value)
    {
        Span<byte> bytes = stackalloc byte[256];
        int length = Encoding.UTF8.GetBytes(value, bytes[..255]);
        bytes[length] = 0;
        Bytes(type, bytes[..(length + 1)]);
    }

    /// <summary>Writes a number in network byte order.</summary>
    public void BigEndian(int type, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        Bytes(type, bytes);
    }

    /// <summary>Writes a number in network byte order.</summary>
    public void BigEndian(int type, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        Bytes(type, bytes);
    }

    /// <summary>Begins an attribute made of attributes; ends with <see cref="EndNest"/>.</summary>
    /// <returns>What to end it with.</returns>
    public int BeginNest(int type)
    {
        int start = _length;
        Span<byte> header = Take(4);
        MemoryMarshal.Write(header[2..], (ushort)(type | Nested));
        return start;
    }

    /// <summary>Ends a nest.</summary>
    public void EndNest(int start) => MemoryMarshal.Write(_buffer.AsSpan(start), checked((ushort)(_length - start)));

    private Span<byte> Take(int length)
    {
        int aligned = (length + 3) & ~3;
        if (_length + aligned > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + aligned));
        }

        Span<byte> taken = _buffer.AsSpan(_length, aligned);
        taken.Clear();
        _length += aligned;
        return taken[..length];
    }
}
