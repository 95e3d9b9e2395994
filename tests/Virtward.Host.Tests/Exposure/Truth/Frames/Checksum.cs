using System.Buffers.Binary;
using System.Numerics;

namespace Virtward.Host.Tests.Exposure.Truth.Frames;

/// <summary>The Internet checksum (RFC 1071) and SCTP's CRC32c (RFC 9260 appendix A).</summary>
internal static class Checksum
{
    public static ushort Internet(ReadOnlySpan<byte> data, uint start = 0)
    {
        ulong sum = start;
        while (data.Length > 1)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(data);
            data = data[2..];
        }

        if (data.Length == 1)
        {
            sum += (uint)data[0] << 8;
        }

        while (sum >> 16 != 0)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return (ushort)~sum;
    }

    /// <summary>The sum over the pseudo header, to be passed as a start.</summary>
    public static uint Pseudo(ReadOnlySpan<byte> addresses, int protocol, int length)
    {
        uint sum = (uint)protocol + (uint)length;
        for (int i = 0; i < addresses.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(addresses[i..]);
        }

        return sum;
    }

    public static uint Sctp(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte one in data)
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        return ~crc;
    }
}
