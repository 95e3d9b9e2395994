using System.Globalization;
using Virtward.Core.Net;

namespace Virtward.Host.Tests.Exposure.Truth.Generator;

/// <summary>Constants as nft writes them.</summary>
internal sealed class Values(Dice dice, Palette palette)
{
    public static IReadOnlyList<string> Devices { get; } = ["eth0", "eth1", "wg0", "virbr0", "br0", "vnet0", "vnet1", "eth2", "vnet2"];

    /// <summary>One value of a type.</summary>
    public string One(string type) => type switch
    {
        "ipv4_addr" => palette.Beside(dice.Percent(50) ? palette.Source(false) : palette.Target(false)).ToString(),
        "ipv6_addr" => palette.Beside(dice.Percent(50) ? palette.Source(true) : palette.Target(true)).ToString(),
        "inet_service" => Text(palette.AnyPort()),
        "inet_proto" => dice.Pick("tcp", "udp", "icmp", "ipv6-icmp", "sctp", "gre"),
        "ifname" => $"\"{dice.Pick(Devices)}\"",
        "mark" => $"0x{palette.Mark():x}",
        "ether_addr" => dice.Pick(
            "02:00:00:00:01:01", "02:00:00:00:01:04", "02:00:00:00:01:05", "02:00:00:00:01:07", "02:00:00:00:02:01", "02:00:00:00:02:02", "02:00:00:00:00:01",
            "02:00:00:00:00:03", "06:11:22:33:44:55", "00:00:00:00:00:00"),
        "verdict" => dice.Pick("accept", "drop", "continue", "return"),
        _ => throw new ArgumentException(type),
    };

    /// <summary>One value, or an interval.</summary>
    public string Interval(string type)
    {
        switch (type)
        {
            case "ipv4_addr" or "ipv6_addr" when dice.Percent(55):
                var address = Address.Parse(One(type));
                int longest = address.IsV4 ? 32 : 128;
                if (dice.Percent(70))
                {
                    int length = dice.Weighted((6, longest - 8), (2, longest - 4), (2, longest - 16), (2, dice.Between(longest - 20, longest)), (1, address.IsV4 ? dice.Between(1, 12) : 32));
                    return new Prefix(address, length).ToString() is var text && text.Contains('/', StringComparison.Ordinal) ? text : $"{text}/{length}";
                }

                Address last = Address.FromValue(address.Value + (UInt128)dice.Between(1, 40));
                return last.IsV4 == address.IsV4 ? $"{address}-{last}" : address.ToString();
            case "inet_service" when dice.Percent(45):
                int port = palette.AnyPort();
                int to = Math.Min(65535, port + dice.Weighted((4, dice.Between(1, 10)), (1, dice.Between(100, 40000))));
                return port < to ? $"{port}-{to}" : Text(port);
            case "ifname" when dice.Percent(25):
                return dice.Pick("\"eth*\"", "\"vnet*\"", "\"v*\"", "\"wg*\"");
            default:
                return One(type);
        }
    }

    /// <summary>Elements of a set of a type that do not overlap where intervals are in it.</summary>
    public string Elements(string type, bool intervals, int most = 5)
    {
        var all = new HashSet<string>();
        string[] parts = type.Split(" . ");
        int count = dice.Between(1, most);
        for (int i = 0; i < count; i++)
        {
            // With a port goes a protocol that has ports: elsewhere `th dport` is whatever stands there.
            all.Add(string.Join(" . ", parts.Select(part =>
                part == "inet_proto" && parts.Contains("inet_service") ? dice.Pick("tcp", "udp", "sctp") : intervals ? Interval(part) : One(part))));
        }

        return string.Join(", ", all);
    }

    /// <summary>A field that has a type, for a family of addresses.</summary>
    public string Field(string type, string? protocol = null) => type switch
    {
        "ipv4_addr" => dice.Pick("ip saddr", "ip daddr"),
        "ipv6_addr" => dice.Pick("ip6 saddr", "ip6 daddr"),
        "inet_service" => $"{protocol ?? dice.Pick("tcp", "udp", "th")} {(dice.Percent(88) ? "dport" : "sport")}",
        "inet_proto" => "meta l4proto",
        "ifname" => dice.Pick("iifname", "iifname", "oifname"),
        "mark" => dice.Pick("meta mark", "ct mark"),
        "ether_addr" => dice.Pick("ether saddr", "ether daddr"),
        _ => throw new ArgumentException(type),
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
