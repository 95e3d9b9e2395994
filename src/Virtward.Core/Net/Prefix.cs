using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Virtward.Core.Net;

/// <summary>
/// A network prefix (CIDR block): an address whose bits past the length are zero, and the length, counted in its own family's
/// bits (0 to 32 for IPv4, 0 to 128 for IPv6). A single address is a prefix of full length.
/// </summary>
public readonly struct Prefix : IEquatable<Prefix>, IComparable<Prefix>
{
    private readonly byte _bits;

    /// <summary>Makes the prefix of the given length that holds the address; bits past the length are cleared.</summary>
    /// <param name="address">Any address inside.</param>
    /// <param name="length">The length in the address's own family: 0 to 32, or 0 to 128.</param>
    public Prefix(Address address, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, address.Bits);
        _bits = (byte)(length + 128 - address.Bits);
        First = Address.FromValue(address.Value & Mask(_bits));
    }

    /// <summary>Makes the prefix that holds just this address.</summary>
    public Prefix(Address address)
    {
        First = address;
        _bits = 128;
    }

    /// <summary>The lowest address.</summary>
    public Address First { get; }

    /// <summary>The highest address.</summary>
    public Address Last => Address.FromValue(First.Value | ~Mask(_bits));

    // An IPv6 prefix such as ::/64 has a first address of IPv6; ::ffff:0:0/96 is IPv4's whole space, by Address's own rule.

    /// <summary>Whether this is an IPv4 prefix.</summary>
    public bool IsV4 => _bits >= 96 && First.IsV4;

    /// <summary>The length in this family's bits: 0 to 32, or 0 to 128.</summary>
    public int Length => IsV4 ? _bits - 96 : _bits;

    /// <summary>Whether it holds one address only.</summary>
    public bool IsSingle => _bits == 128;

    /// <summary>How many addresses it holds, as a floating-point number (a /0 of IPv6 holds 2^128).</summary>
    public double Count => Math.Pow(2, 128 - _bits);

    /// <summary>Whether the address lies inside.</summary>
    public bool Contains(Address address) =>
        (address.Value & Mask(_bits)) == First.Value && (IsV4 == address.IsV4);

    /// <summary>Whether the other prefix lies inside, or is the same.</summary>
    public bool Contains(Prefix other) => other._bits >= _bits && other.IsV4 == IsV4 && Contains(other.First);

    /// <summary>Whether the two share an address.</summary>
    public bool Overlaps(Prefix other) => Contains(other) || other.Contains(this);

    /// <summary>The enclosing prefix of a shorter length.</summary>
    public Prefix Widen(int length) => new(First, length);

    /// <summary>The two halves, one bit longer; not for a single address.</summary>
    public (Prefix Lower, Prefix Upper) Split()
    {
        int length = Length + 1;
        var lower = new Prefix(First, length);
        UInt128 bit = UInt128.One << (127 - _bits);
        return (lower, new Prefix(Address.FromValue(First.Value | bit), length));
    }

    /// <summary>
    /// Reads <c>192.0.2.0/24</c>, <c>2001:db8::/32</c> or a bare address. Bits set past the length are an error here, because
    /// whoever writes <c>10.0.0.1/8</c> meant something else; see <see cref="TryParseLenient"/>.
    /// </summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Prefix prefix) =>
        TryParseLenient(text, out prefix, out bool hostBits) && !hostBits;

    /// <summary>Reads a prefix, clears bits past its length, and says whether there were any.</summary>
    public static bool TryParseLenient([NotNullWhen(true)] string? text, out Prefix prefix, out bool hostBits)
    {
        prefix = default;
        hostBits = false;
        if (text is null)
        {
            return false;
        }

        int slash = text.IndexOf('/', StringComparison.Ordinal);
        string head = slash < 0 ? text : text[..slash];
        if (!Address.TryParse(head, out Address address))
        {
            return false;
        }

        if (slash < 0)
        {
            prefix = new Prefix(address);
            return true;
        }

        if (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int length))
        {
            return false;
        }

        // ::ffff:192.0.2.0/120 is 192.0.2.0/24 written in the mapped form.
        if (address.IsV4 && head.Contains(':', StringComparison.Ordinal))
        {
            length -= 96;
        }

        if (length < 0 || length > address.Bits)
        {
            return false;
        }

        prefix = new Prefix(address, length);
        hostBits = prefix.First != address;
        return true;
    }

    /// <summary>Reads a prefix that is known to be well formed, such as a constant; throws where it is not.</summary>
    public static Prefix Parse(string text) =>
        TryParse(text, out Prefix prefix) ? prefix : throw new FormatException($"'{text}' is no network prefix");

    /// <summary>The prefix as text: a bare address where it holds one only, else <c>address/length</c>.</summary>
    public override string ToString() =>
        IsSingle ? First.ToString() : string.Create(CultureInfo.InvariantCulture, $"{First}/{Length}");

    /// <inheritdoc/>
    public bool Equals(Prefix other) => _bits == other._bits && First == other.First;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Prefix other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(First, _bits);

    /// <summary>Orders by first address, then the wider prefix before those inside it.</summary>
    public int CompareTo(Prefix other)
    {
        int byFirst = First.CompareTo(other.First);
        return byFirst != 0 ? byFirst : _bits.CompareTo(other._bits);
    }

    /// <summary>Same prefix.</summary>
    public static bool operator ==(Prefix left, Prefix right) => left.Equals(right);

    /// <summary>Other prefix.</summary>
    public static bool operator !=(Prefix left, Prefix right) => !left.Equals(right);

    /// <summary>Sorts before.</summary>
    public static bool operator <(Prefix left, Prefix right) => left.CompareTo(right) < 0;

    /// <summary>Sorts after.</summary>
    public static bool operator >(Prefix left, Prefix right) => left.CompareTo(right) > 0;

    /// <summary>Sorts before or is the same.</summary>
    public static bool operator <=(Prefix left, Prefix right) => left.CompareTo(right) <= 0;

    /// <summary>Sorts after or is the same.</summary>
    public static bool operator >=(Prefix left, Prefix right) => left.CompareTo(right) >= 0;

    private static UInt128 Mask(int bits) => bits == 0 ? UInt128.Zero : UInt128.MaxValue << (128 - bits);
}
