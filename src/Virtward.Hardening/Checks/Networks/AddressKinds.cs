using System.Collections.Immutable;
using Virtward.Core.Net;

namespace Virtward.Hardening.Checks.Networks;

/// <summary>Which addresses the Internet can send to.</summary>
internal static class AddressKinds
{
    // RFC 1122, 1918, 3927, 6598; multicast and beyond.
    private static readonly ImmutableArray<Prefix> Local4 =
    [
        Prefix.Parse("0.0.0.0/8"), Prefix.Parse("10.0.0.0/8"), Prefix.Parse("100.64.0.0/10"), Prefix.Parse("127.0.0.0/8"), Prefix.Parse("169.254.0.0/16"),
        Prefix.Parse("172.16.0.0/12"), Prefix.Parse("192.168.0.0/16"), Prefix.Parse("224.0.0.0/3"),
    ];

    private static readonly Prefix Global6 = Prefix.Parse("2000::/3");

    /// <summary>Whether an address is routed in the Internet.</summary>
    public static bool IsPublic(Address address) => address.IsV4 ? !Local4.Any(prefix => prefix.Contains(address)) : Global6.Contains(address);
}
