using System.Collections.Frozen;
using System.Globalization;

namespace Virtward.Exposure.Packets;

/// <summary>Transport protocols by name and number (IANA's "Assigned Internet Protocol Numbers").</summary>
public static class ProtocolNames
{
    /// <summary>ICMP's number.</summary>
    public const int Icmp = 1;

    /// <summary>TCP's number.</summary>
    public const int Tcp = 6;

    /// <summary>UDP's number.</summary>
    public const int Udp = 17;

    /// <summary>ICMPv6's number.</summary>
    public const int Icmp6 = 58;

    private static readonly FrozenDictionary<string, int> ByName = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase)
    {
        ["icmp"] = Icmp,
        ["igmp"] = 2,
        ["tcp"] = Tcp,
        ["udp"] = Udp,
        ["dccp"] = 33,
        ["gre"] = 47,
        ["esp"] = 50,
        ["ah"] = 51,
        ["icmpv6"] = Icmp6,
        ["icmp6"] = Icmp6,
        ["ipv6-icmp"] = Icmp6,
        ["ospf"] = 89,
        ["vrrp"] = 112,
        ["sctp"] = 132,
        ["udplite"] = 136,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads a name or a number from 0 to 255.</summary>
    public static bool TryParse(string text, out int protocol) =>
        ByName.TryGetValue(text, out protocol)
        || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out protocol) && protocol <= 255);

    /// <summary>The name, or the number where it has none here.</summary>
    public static string ToText(int protocol) => protocol switch
    {
        Icmp => "icmp",
        2 => "igmp",
        Tcp => "tcp",
        Udp => "udp",
        33 => "dccp",
        47 => "gre",
        50 => "esp",
        51 => "ah",
        Icmp6 => "icmpv6",
        89 => "ospf",
        112 => "vrrp",
        132 => "sctp",
        136 => "udplite",
        _ => protocol.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>Whether the protocol has ports in the first four bytes of its header.</summary>
    public static bool HasPorts(int protocol) => protocol is Tcp or Udp or 33 or 132 or 136;
}
