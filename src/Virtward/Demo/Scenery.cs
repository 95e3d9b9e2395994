using System.Collections.Immutable;
using Virtward.Core.Net;

namespace Virtward.Demo;

/// <summary>
/// Who is who in the demo. All addresses are reserved for documentation and tests: RFC 5737, RFC 3849 and RFC 2544 (198.18.0.0/15);
/// the management network is the one of the guide.
/// </summary>
public static class Scenery
{
    /// <summary>The host on its Internet side.</summary>
    public static readonly Address Host = Address.Parse("192.0.2.10");

    /// <summary>The same by IPv6.</summary>
    public static readonly Address Host6 = Address.Parse("2001:db8:0:1::10");

    /// <summary>The Internet's end of the host's line: its gateway.</summary>
    public static readonly Address Gateway = Address.Parse("192.0.2.1");

    /// <summary>The same by IPv6.</summary>
    public static readonly Address Gateway6 = Address.Parse("2001:db8:0:1::1");

    /// <summary>The management network.</summary>
    public static readonly Prefix Management = Prefix.Parse("192.168.1.0/24");

    /// <summary>The host in the management network.</summary>
    public static readonly Address HostInside = Address.Parse("192.168.1.1");

    /// <summary>The administrator's machine in the management network.</summary>
    public static readonly Address Admin = Address.Parse("192.168.1.50");

    /// <summary>Where the attackers and neighbours live; every address of these is one that the demo's Internet answers for.</summary>
    public static readonly ImmutableArray<Prefix> Internet =
    [
        Prefix.Parse("198.18.0.0/15"), Prefix.Parse("198.51.100.0/24"), Prefix.Parse("203.0.113.0/24"),
        Prefix.Parse("2001:db8:bad::/48"), Prefix.Parse("2001:db8:1000::/36"), Prefix.Parse("2001:db8:2000::/36"),
    ];

    /// <summary>The subnets that a botnet attacks from.</summary>
    public static readonly ImmutableArray<Prefix> BotSubnets =
        [Prefix.Parse("203.0.113.0/24"), Prefix.Parse("198.18.36.0/24"), Prefix.Parse("2001:db8:bad:1000::/56")];

    /// <summary>In each of <see cref="BotSubnets"/>, an address that never attacks.</summary>
    public static readonly ImmutableArray<Address> Bystanders =
        [Address.Parse("203.0.113.250"), Address.Parse("198.18.36.250"), Address.Parse("2001:db8:bad:10ff::250")];

    /// <summary>Innocent addresses: in the subnets next door to a botnet's on either side, and elsewhere.</summary>
    public static readonly ImmutableArray<Address> Neighbours =
    [
        Address.Parse("198.18.35.7"), Address.Parse("198.18.37.7"), Address.Parse("198.51.100.7"),
        Address.Parse("2001:db8:bad:1100::7"),
    ];

    /// <summary>Attackers that have nothing to do with each other: each in a /24 or /48 of its own, three passwords each.</summary>
    public static readonly ImmutableArray<Address> Singles =
    [
        .. Enumerable.Range(0, 48).Select(i => V4(18 + (i % 2), (16 * (i / 2 % 16)) + (i < 32 ? 9 : 7), 10 + i)),
        .. Enumerable.Range(0, 52).Select(i => V6((uint)(0x1000 + i), 0, 0xbad)),
    ];

    /// <summary>The bots, shuffled over their subnets as they come.</summary>
    public static readonly ImmutableArray<Address> Bots =
    [
        .. Enumerable.Range(0, 24).SelectMany(i => new[]
        {
            Address.FromV4(BotSubnets[0].First.V4 + (uint)(10 + (9 * i))),
            Address.FromV4(BotSubnets[1].First.V4 + (uint)(12 + (9 * i))),
            V6(0x0bad, (uint)(0x1000 + (i % 8)), (ulong)(0x10 + i)),
        }),
    ];

    /// <summary>Low and slow: so many addresses, each in a /24 or /48 of its own, that one password each is an attack.</summary>
    public static readonly ImmutableArray<Address> Slow =
    [
        .. Enumerable.Range(0, 60).Select(i => V4(18 + (i % 2), (16 * (i / 2 % 16)) + (i < 32 ? 11 : 13), 20 + i)),
        .. Enumerable.Range(0, 100).Select(i => V6((uint)(0x2000 + i), 0, 0xbad)),
    ];

    /// <summary>The host's address that a peer of this family talks to.</summary>
    public static Address HostFor(Address peer) => peer == Admin ? HostInside : peer.IsV4 ? Host : Host6;

    private static Address V4(int second, int third, int fourth) =>
        Address.FromV4((198u << 24) | ((uint)second << 16) | ((uint)third << 8) | (uint)fourth);

    /// <summary><c>2001:db8:SITE:SUBNET::INTERFACE</c>.</summary>
    private static Address V6(uint site, uint subnet, ulong identifier) =>
        new(0x2001_0db8_0000_0000 | ((ulong)site << 16) | subnet, identifier);
}
