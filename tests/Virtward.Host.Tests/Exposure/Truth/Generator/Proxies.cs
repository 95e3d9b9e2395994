using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Rulesets;
using Virtward.Host.Tests.Exposure.Truth.Scene;

namespace Virtward.Host.Tests.Exposure.Truth.Generator;

/// <summary>Transparent sockets, rules that hand packets to them, and the routes that make those the host's.</summary>
internal static class Proxies
{
    // By which the routes know what is for them.
    private const string Mark = "0x77";

    private const int Bound = 50080;
    private const int Unbound = 50081;

    // Two are bound to an address, two to none.
    private static readonly ImmutableArray<(Address Address, int Port)> Sockets =
        [(Address.Parse("127.0.0.1"), Bound), (Address.Parse("::1"), Bound), (Address.Parse("0.0.0.0"), Unbound), (Address.Parse("::"), Unbound)];

    /// <summary>Opens the sockets on a host.</summary>
    public static void OpenOn(TruthScene scene)
    {
        foreach ((Address address, int port) in Sockets)
        {
            scene.Quiet.OpenTransparent(address, port);
        }
    }

    /// <summary>Commands of <c>ip</c> that make what bears the mark the host's own.</summary>
    public static string Routes => $"route add local default dev lo table 77\nrule add fwmark {Mark} table 77 pref 77";

    /// <summary>A rule's end.</summary>
    public static string Rule(Dice dice, Palette palette, Place place)
    {
        string family = place.Family == Family.Inet ? dice.Pick("ip ", "ip6 ") : "";
        bool v6 = place.Family == Family.Ip6 || family == "ip6 ";
        string target = dice.Below(7) switch
        {
            0 => $":{palette.Port()}",
            1 => $":{Bound}",
            2 => v6 ? $"[::1]:{palette.Port()}" : $"127.0.0.1:{palette.Port()}",
            3 or 4 => v6 ? $"[::1]:{Bound}" : $"127.0.0.1:{Bound}",
            _ => $":{Unbound}",
        };
        string then = dice.Pick($"meta mark set {Mark} accept", $"meta mark set {Mark} accept", "meta mark set 1 accept", "accept", $"meta mark set {Mark}", "");
        return $"meta l4proto {dice.Pick("tcp", "udp")} tproxy {family}to {target} {then}".TrimEnd();
    }
}
