using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Virtward.Core.Net;
using Virtward.Core.Policy;

namespace Virtward.Guard.Store.Sqlite;

/// <summary>How values lie in columns. What cannot be decoded was not written by us and throws <see cref="DamagedRowException"/>.</summary>
public static class RowCodec
{
    /// <summary>The most bytes of a line that are kept as the evidence of a ban.</summary>
    public const int MaxEvidence = 300;

    private const int TargetLength = 17;
    private const int MappedBits = 96;

    /// <summary>
    /// A prefix in 17 bytes: its first address as 16 (IPv4 in the mapped form), then its length counted in 128 bits. So byte order is
    /// address order, a prefix sorts right before what lies inside it, and all inside it is one range.
    /// </summary>
    public static byte[] Encode(Prefix target) => Bytes(target.First, target.Length + 128 - target.First.Bits);

    /// <summary>The last value that can stand for something inside a prefix.</summary>
    public static byte[] EncodeLast(Prefix target) => Bytes(target.Last, 128);

    /// <summary>Reads what <see cref="Encode(Prefix)"/> wrote.</summary>
    public static Prefix DecodeTarget(ReadOnlySpan<byte> column)
    {
        if (column.Length != TargetLength || column[16] > 128)
        {
            throw new DamagedRowException("a target is no prefix");
        }

        var first = new Address(BinaryPrimitives.ReadUInt64BigEndian(column), BinaryPrimitives.ReadUInt64BigEndian(column[8..]));
        int length = column[16] - (first.IsV4 ? MappedBits : 0);
        if (length < 0 || new Prefix(first, length) is var target && target.First != first)
        {
            throw new DamagedRowException("a target is no prefix");
        }

        return target;
    }

    /// <summary>Ports as a policy writes them, <c>22/tcp,5900-5999/tcp</c>.</summary>
    public static string Encode(ImmutableArray<PortScope> ports) => string.Join(',', ports);

    /// <summary>Reads what <see cref="Encode(ImmutableArray{PortScope})"/> wrote.</summary>
    public static ImmutableArray<PortScope> DecodePorts(string column) =>
        column.Length == 0 ? [] : [.. column.Split(',').Select(DecodePort)];

    /// <summary>A count, 0 or more.</summary>
    public static int DecodeCount(long column) =>
        column is >= 0 and <= int.MaxValue ? (int)column : throw new DamagedRowException("a count is out of range");

    /// <summary>A value of an enumeration, which must be one of its own.</summary>
    public static T Known<T>(T value)
        where T : struct, Enum => Enum.IsDefined(value) ? value : throw new DamagedRowException("a number stands for nothing known");

    /// <summary>Text cut to a number of UTF-8 bytes, between characters.</summary>
    public static string? Cut(string? text, int maxBytes)
    {
        if (text is null || Encoding.UTF8.GetByteCount(text) <= maxBytes)
        {
            return text;
        }

        int length = 0;
        int bytes = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > maxBytes)
            {
                break;
            }

            length += rune.Utf16SequenceLength;
        }

        return text[..length];
    }

    private static byte[] Bytes(Address address, int bits)
    {
        var column = new byte[TargetLength];
        BinaryPrimitives.WriteUInt64BigEndian(column, address.High);
        BinaryPrimitives.WriteUInt64BigEndian(column.AsSpan(8), address.Low);
        column[16] = (byte)bits;
        return column;
    }

    private static PortScope DecodePort(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string protocol = slash < 0 ? "" : text[(slash + 1)..];
        string[] range = slash < 0 ? [] : text[..slash].Split('-');
        if (protocol is "tcp" or "udp" && range.Length is 1 or 2
            && ushort.TryParse(range[0], NumberStyles.None, CultureInfo.InvariantCulture, out ushort from)
            && ushort.TryParse(range[^1], NumberStyles.None, CultureInfo.InvariantCulture, out ushort to)
            && from <= to)
        {
            return new PortScope(protocol == "tcp" ? Transport.Tcp : Transport.Udp, from, to);
        }

        throw new DamagedRowException("a port is no port");
    }
}
