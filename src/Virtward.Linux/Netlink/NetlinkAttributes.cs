using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Virtward.Core.Net;

namespace Virtward.Linux.Netlink;

/// <summary>
/// Reads attributes one by one and stops at the first that does not fit its bounds: what comes from the kernel is trusted in meaning,
/// not in length.
/// </summary>
/// <param name="bytes">The attributes.</param>
public ref struct NetlinkAttributes(ReadOnlySpan<byte> bytes)
{
    // NLA_F_NESTED and NLA_F_NET_BYTEORDER are flags in the type.
    private const int TypeMask = 0x3fff;

    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Reads the next one.</summary>
    /// <param name="type">Its type, without flags.</param>
    /// <param name="value">Its value.</param>
    /// <returns>Whether there was one.</returns>
    public bool TryRead(out int type, out ReadOnlySpan<byte> value)
    {
        type = 0;
        value = default;
        if (_rest.Length < 4)
        {
            return false;
        }

        int length = MemoryMarshal.Read<ushort>(_rest);
        if (length < 4 || length > _rest.Length)
        {
            return false;
        }

        type = MemoryMarshal.Read<ushort>(_rest[2..]) & TypeMask;
        value = _rest[4..length];
        _rest = _rest[Math.Min((length + 3) & ~3, _rest.Length)..];
        return true;
    }

    /// <summary>Finds the first attribute of a type; empty where there is none.</summary>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> attributes, int wanted)
    {
        var reader = new NetlinkAttributes(attributes);
        while (reader.TryRead(out int type, out ReadOnlySpan<byte> value))
        {
            if (type == wanted)
            {
                return value;
            }
        }

        return default;
    }

    /// <summary>A string without its terminating NUL.</summary>
    public static string Text(ReadOnlySpan<byte> value) => Encoding.UTF8.GetString(value.TrimEnd((byte)0));

    /// <summary>An IPv4 or IPv6 address, told apart by its length; null: neither.</summary>
    public static Address? ToAddress(ReadOnlySpan<byte> value) => value.Length switch
    {
        4 => Address.FromV4(UInt32(value)),
        16 => new Address(UInt64(value), UInt64(value[8..])),
        _ => null,
    };

    /// <summary>A number in network byte order; 0 where it is too short to be one.</summary>
    public static uint UInt32(ReadOnlySpan<byte> value) => value.Length >= 4 ? BinaryPrimitives.ReadUInt32BigEndian(value) : 0;

    /// <summary>A number in network byte order; 0 where it is too short to be one.</summary>
    public static ulong UInt64(ReadOnlySpan<byte> value) => value.Length >= 8 ? BinaryPrimitives.ReadUInt64BigEndian(value) : 0;
}
