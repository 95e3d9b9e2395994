using Virtward.Core.Net;

namespace Virtward.Guard.Jails;

/// <summary>
/// One attacker in eight bytes: an IPv4 address, or an IPv6 /64 (whoever has one address of a /64 has all of them, RFC 6177).
/// IPv6 is its upper 64 bits; IPv4 takes the place of ffff:ffff:…, which is multicast and never the source of a packet (RFC 4291
/// section 2.7).
/// </summary>
/// <param name="Bits">The bits, as above.</param>
public readonly record struct SubjectKey(ulong Bits)
{
    /// <summary>What an IPv4 address is marked with.</summary>
    public const ulong V4Marker = 0xffff_ffff_0000_0000;

    /// <summary>Whether it is an IPv4 address.</summary>
    public bool IsV4 => Bits >= V4Marker;

    /// <summary>The length of its prefix: 32, or 64.</summary>
    public int Length => IsV4 ? 32 : 64;

    /// <summary>Finds whose address it is; false for an IPv6 multicast address, which only a forged line can name.</summary>
    public static bool TryFrom(Address address, out SubjectKey key)
    {
        key = new SubjectKey(address.IsV4 ? V4Marker | address.V4 : address.High);
        return address.IsV4 || address.High >> 56 != 0xff;
    }

    /// <summary>Takes over a whole subject; false for a prefix that is none.</summary>
    public static bool TryFrom(Prefix prefix, out SubjectKey key) =>
        TryFrom(prefix.First, out key) && prefix.IsV4 == key.IsV4 && prefix.Length == key.Length;

    /// <summary>The subject as the prefix that a ban keeps out.</summary>
    public Prefix ToPrefix() => IsV4 ? new Prefix(Address.FromV4((uint)Bits)) : new Prefix(new Address(Bits, 0), 64);
}
