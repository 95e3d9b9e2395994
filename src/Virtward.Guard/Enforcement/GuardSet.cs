using System.Globalization;
using Virtward.Core.Host;
using Virtward.Core.Net;

namespace Virtward.Guard.Enforcement;

/// <summary>One hash set of banned prefixes in the kernel: those of one family, one length and one group of ports.</summary>
/// <param name="IsV4">Whether it holds IPv4.</param>
/// <param name="Length">The length of its prefixes, a multiple of <see cref="Stride"/>.</param>
/// <param name="Ports">The ports that it closes.</param>
public readonly record struct GuardSet(bool IsV4, int Length, PortGroup Ports)
{
    /// <summary>
    /// Prefixes are kept at lengths that are multiples of this many bits; others are split up to the next one (controlled prefix
    /// expansion: Srinivasan and Varghese, 1998). So a packet meets at most 8 (IPv4) or 32 (IPv6) lookups whatever is banned, and no
    /// interval set is needed.
    /// </summary>
    public const int Stride = 4;

    /// <summary>Its name in the table: <c>ban4_32</c>, <c>ban6_64</c>, <c>ban4_24_tcp22</c>.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"ban{(IsV4 ? 4 : 6)}_{Length}{Ports.Suffix}");

    /// <summary>Whether a set of the kernel is made as this one must be.</summary>
    public bool Fits(FirewallSet set) => set.KeyBytes == (IsV4 ? 4 : 16) && set.HasTimeouts && !set.IsInterval;

    /// <summary>The match of a packet's source in this set: <c>ip saddr &amp; 255.255.255.0 @ban4_24</c>.</summary>
    public string SourceMatch
    {
        get
        {
            string source = IsV4 ? "ip saddr" : "ip6 saddr";
            return Length == (IsV4 ? 32 : 128) ? $"{source} @{Name}" : $"{source} & {Mask} @{Name}";
        }
    }

    private Address Mask => IsV4
        ? Address.FromV4(uint.MaxValue << (32 - Length))
        : Address.FromValue(UInt128.MaxValue << (128 - Length));

    /// <summary>Splits a prefix into the elements that hold it: itself where its length is a multiple of the stride, else 2, 4 or 8 (16 for /0).</summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="ports">The ports that it is banned from.</param>
    /// <param name="elements">Takes the elements.</param>
    public static void Cover(Prefix prefix, PortGroup ports, List<GuardElement> elements)
    {
        int length = Math.Max(Stride, (prefix.Length + Stride - 1) / Stride * Stride);
        var set = new GuardSet(prefix.IsV4, length, ports);
        int count = 1 << (length - prefix.Length);
        UInt128 step = UInt128.One << ((prefix.IsV4 ? 32 : 128) - length);
        for (int i = 0; i < count; i++)
        {
            var key = Address.FromValue(prefix.First.Value + (step * (UInt128)i));

            // ::ffff:0:0/96 inside a wider IPv6 prefix is no source of any packet (RFC 4038 section 4.2), and no IPv6 key here.
            if (key.IsV4 == prefix.IsV4)
            {
                elements.Add(new GuardElement(set, key));
            }
        }
    }
}
