using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace Virtward.Core.Net;

/// <summary>
/// One IPv4 or IPv6 address, in 16 bytes. An IPv4-mapped IPv6 address (<c>::ffff:192.0.2.1</c>, RFC 4291 section 2.5.5.2) is
/// the IPv4 address itself: that is how IPv4 is stored, so no two values ever mean the same peer.
/// </summary>
public readonly struct Address : IEquatable<Address>, IComparable<Address>, ISpanFormattable
{
    private const int Groups = 8;
    private const ulong MappedPrefix = 0x0000_ffff_0000_0000;

    /// <summary>The longest text of an address: eight groups of four digits and seven colons.</summary>
    public const int MaxTextLength = 39;

    /// <summary>Makes an address from its 128 bits; IPv4 in the mapped form.</summary>
    public Address(ulong high, ulong low)
    {
        High = high;
        Low = low;
    }

    /// <summary>The upper 64 bits: for IPv6 the /64 that the address lies in; 0 for IPv4.</summary>
    public ulong High { get; }

    /// <summary>The lower 64 bits; for IPv4 <c>0x0000ffff</c> and the address.</summary>
    public ulong Low { get; }

    /// <summary>Whether this is an IPv4 address.</summary>
    public bool IsV4 => High == 0 && Low >> 32 == 0xffff;

    /// <summary>The number of bits of an address of this family: 32 or 128.</summary>
    public int Bits => IsV4 ? 32 : 128;

    /// <summary>The 32 bits of an IPv4 address; meaningless for IPv6.</summary>
    public uint V4 => (uint)Low;

    /// <summary>All 128 bits as one number; IPv4 in the mapped form.</summary>
    public UInt128 Value => new(High, Low);

    /// <summary>Makes an IPv4 address from its 32 bits, most significant first (192.0.2.1 is 0xC0000201).</summary>
    public static Address FromV4(uint bits) => new(0, MappedPrefix | bits);

    /// <summary>Makes an address from 128 bits; IPv4 in the mapped form.</summary>
    public static Address FromValue(UInt128 value) => new((ulong)(value >> 64), (ulong)value);

    /// <summary>Takes over a framework address; a scope id is dropped.</summary>
    public static Address From(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        _ = address.TryWriteBytes(bytes, out int written);
        return written == 4
            ? FromV4(BinaryPrimitives.ReadUInt32BigEndian(bytes))
            : new Address(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
    }

    /// <summary>The framework's form of this address.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        return new IPAddress(bytes[..WriteBytes(bytes)]);
    }

    /// <summary>Writes the address in network byte order: 4 bytes for IPv4, 16 for IPv6. Returns how many.</summary>
    public int WriteBytes(Span<byte> destination)
    {
        if (IsV4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination, V4);
            return 4;
        }

        BinaryPrimitives.WriteUInt64BigEndian(destination, High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Low);
        return 16;
    }

    /// <summary>
    /// Reads an address from UTF-8 text: dotted IPv4 without leading zeros (RFC 6943 section 3.1.1: octal or decimal is
    /// ambiguous, so such text is refused), or IPv6 as RFC 4291 section 2.2, any case. No brackets, no zone id, no port.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out Address address) =>
        TryParseV4(text, out address) || TryParseV6(text, out address);

    /// <summary>Reads an address as <see cref="TryParse(ReadOnlySpan{byte}, out Address)"/> does.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Address address)
    {
        Span<byte> utf8 = stackalloc byte[MaxTextLength + 8];
        if (text is null || text.Length > utf8.Length || !Encoding.UTF8.TryGetBytes(text, utf8, out int written))
        {
            address = default;
            return false;
        }

        return TryParse(utf8[..written], out address);
    }

    /// <summary>Reads an address that is known to be well formed, such as a constant; throws where it is not.</summary>
    public static Address Parse(string text) =>
        TryParse(text, out Address address) ? address : throw new FormatException($"'{text}' is no IP address");

    /// <summary>The address as text: dotted IPv4, or IPv6 as RFC 5952 writes it.</summary>
    public override string ToString() => ToIPAddress().ToString();

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        if (!IsV4)
        {
            return ToIPAddress().TryFormat(destination, out charsWritten);
        }

        charsWritten = 0;
        int length = 0;
        for (int shift = 24; shift >= 0; shift -= 8)
        {
            if (!((byte)(V4 >> shift)).TryFormat(destination[length..], out int digits, default, provider) || (shift > 0 && length + digits == destination.Length))
            {
                return false;
            }

            length += digits;
            if (shift > 0)
            {
                destination[length++] = '.';
            }
        }

        charsWritten = length;
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(Address other) => Low == other.Low && High == other.High;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Address other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(High, Low);

    /// <summary>Orders by number; all IPv4 addresses lie together, within ::/64.</summary>
    public int CompareTo(Address other) => High != other.High ? High.CompareTo(other.High) : Low.CompareTo(other.Low);

    /// <summary>Same address.</summary>
    public static bool operator ==(Address left, Address right) => left.Equals(right);

    /// <summary>Other address.</summary>
    public static bool operator !=(Address left, Address right) => !left.Equals(right);

    /// <summary>Lower number.</summary>
    public static bool operator <(Address left, Address right) => left.CompareTo(right) < 0;

    /// <summary>Higher number.</summary>
    public static bool operator >(Address left, Address right) => left.CompareTo(right) > 0;

    /// <summary>Lower number or the same.</summary>
    public static bool operator <=(Address left, Address right) => left.CompareTo(right) <= 0;

    /// <summary>Higher number or the same.</summary>
    public static bool operator >=(Address left, Address right) => left.CompareTo(right) >= 0;

    // Every line of an attack holds an address, and no two have the same lengths of numbers: loops over digits would be
    // mispredicted three or four times each. So the numbers' places are found in one compare, and all four are put together at once.
    private static bool TryParseV4(ReadOnlySpan<byte> text, out Address address)
    {
        address = default;
        if (text.Length is < 7 or > 15)
        {
            return false;
        }

        Vector128<byte> bytes = Load(text);
        Vector128<byte> values = bytes - Vector128.Create((byte)'0');
        uint points = Vector128.Equals(bytes, Vector128.Create((byte)'.')).ExtractMostSignificantBits();
        uint digits = Vector128.LessThanOrEqual(values, Vector128.Create((byte)9)).ExtractMostSignificantBits();
        uint zeros = Vector128.Equals(values, Vector128<byte>.Zero).ExtractMostSignificantBits();
        uint all = (1u << text.Length) - 1;
        uint starts = (points << 1) | 1;

        // Every byte a digit or a point, each number one digit or more, none of four, and a zero at a number's start all of the number.
        uint wrong = ((points | digits) ^ all) | (starts & ~digits) | (digits & (digits >> 1) & (digits >> 2) & (digits >> 3))
            | (starts & zeros & (digits >> 1));
        if (wrong != 0 || BitOperations.PopCount(points) != 3)
        {
            return false;
        }

        int first = BitOperations.TrailingZeroCount(points);
        int middle = BitOperations.TrailingZeroCount(points & (points - 1));
        int last = BitOperations.Log2(points);

        // Where the last three places of each number are, and before them one that is never taken; none before the number's own start.
        Vector128<uint> ends = Vector128.Create((uint)first, (uint)middle, (uint)last, (uint)text.Length);
        Vector128<uint> befores = Vector128.Create(uint.MaxValue, (uint)first, (uint)middle, (uint)last);
        Vector128<sbyte> places = (Broadcast(ends) + Vector128.Create(0xfffe_fd80u).AsByte()).AsSByte();
        Vector128<byte> isOwn = Vector128.GreaterThan(places, Broadcast(befores).AsSByte()).AsByte();
        Vector128<uint> taken = (Vector128.ShuffleNative(values, places.AsByte() & isOwn) & isOwn).AsUInt32();
        Vector128<uint> tens = (taken >> 16) & Vector128.Create(0xffu);
        Vector128<uint> hundreds = (taken >> 8) & Vector128.Create(0xffu);
        Vector128<uint> numbers = (taken >> 24) + (tens << 3) + (tens << 1) + (hundreds << 6) + (hundreds << 5) + (hundreds << 2);
        if ((numbers & Vector128.Create(~(uint)byte.MaxValue)) != Vector128<uint>.Zero)
        {
            return false;
        }

        address = FromV4(Vector128.ShuffleNative(numbers.AsByte(), Vector128.Create(0x0004_080cu, 0, 0, 0).AsByte()).AsUInt32().ToScalar());
        return true;
    }

    /// <summary>Each number's lowest byte, four times.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Broadcast(Vector128<uint> numbers) =>
        Vector128.ShuffleNative(numbers.AsByte(), Vector128.Create(0u, 0x0404_0404, 0x0808_0808, 0x0c0c_0c0c).AsByte());

    /// <summary>A text of 7 to 15 bytes, and zeros after it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Load(ReadOnlySpan<byte> text)
    {
        int beyond = text.Length - sizeof(ulong);
        if (beyond < 0)
        {
            ulong seven = BinaryPrimitives.ReadUInt32LittleEndian(text) | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(text[3..]) << 24);
            return Vector128.Create(seven, 0).AsByte();
        }

        // The second half begins inside the first: its first bytes are shifted out. Of eight all are, and a shift by 64 would be one by 0.
        ulong end = BinaryPrimitives.ReadUInt64LittleEndian(text[beyond..]) >> 8 >> (8 * (7 - beyond));
        return Vector128.Create(BinaryPrimitives.ReadUInt64LittleEndian(text), end).AsByte();
    }

    private static bool TryParseV6(ReadOnlySpan<byte> text, out Address address)
    {
        address = default;
        if (text.Length > MaxTextLength + 7)
        {
            return false;
        }

        Span<ushort> groups = stackalloc ushort[Groups];
        int count = 0;
        int at = 0;

        // How many groups stand before the "::"; -1: there is none.
        int gap = -1;
        if (text.StartsWith("::"u8))
        {
            gap = 0;
            at = 2;
        }

        while (at < text.Length)
        {
            int end = at;
            uint group = 0;
            while (end < text.Length && end - at < 4 && HexValue(text[end]) is >= 0 and int digit)
            {
                group = (group << 4) | (uint)digit;
                end++;
            }

            if (end < text.Length && text[end] == (byte)'.')
            {
                // The last 32 bits may be dotted (RFC 4291 section 2.2, form 3).
                if (!TryParseV4(text[at..], out Address v4) || count > Groups - 2)
                {
                    return false;
                }

                groups[count++] = (ushort)(v4.V4 >> 16);
                groups[count++] = (ushort)v4.V4;
                break;
            }

            if (end == at || count == Groups)
            {
                return false;
            }

            groups[count++] = (ushort)group;
            at = end;
            if (at == text.Length)
            {
                break;
            }

            if (text[at] != (byte)':' || ++at == text.Length)
            {
                return false;
            }

            if (text[at] == (byte)':')
            {
                if (gap >= 0)
                {
                    return false;
                }

                gap = count;
                at++;
            }
        }

        if (gap >= 0 ? count == Groups : count != Groups)
        {
            return false;
        }

        if (gap >= 0)
        {
            // What follows the gap moves to the end; the gap is zeros.
            groups[gap..count].CopyTo(groups[(gap + Groups - count)..]);
            groups.Slice(gap, Groups - count).Clear();
        }

        address = new Address(Half(groups), Half(groups[(Groups / 2)..]));
        return true;
    }

    private static ulong Half(ReadOnlySpan<ushort> groups) =>
        ((ulong)groups[0] << 48) | ((ulong)groups[1] << 32) | ((ulong)groups[2] << 16) | groups[3];

    // Digits and letters come one after the other in an address, so which of the two it is is no branch.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int HexValue(byte c)
    {
        int digit = c - '0';
        int letter = (c | 0x20) - 'a';
        int value = (uint)digit <= 9 ? digit : letter + 10;
        return (uint)digit <= 9 || (uint)letter <= 5 ? value : -1;
    }
}
