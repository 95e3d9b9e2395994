using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Reading.NftText;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Topology;

namespace Virtward.Tests.Exposure;

/// <summary>Small hosts to ask questions about.</summary>
internal static class Hosts
{
    public const string Own = "203.0.113.10";

    /// <summary>eth0 to the Internet, eth1 to management, virbr0 with two guests; forwarding on, rp_filter off.</summary>
    public static HostNetwork Usual { get; } = new()
    {
        Interfaces =
        [
            new NetworkInterface(1, "lo") { Loopback = true, LinkType = 772, Addresses = [At("127.0.0.1", 8), At("::1", 128)] },
            new NetworkInterface(2, "eth0") { Mac = 0x02_00_00_00_00_02, Addresses = [At(Own, 24), At("2001:db8:1::10", 64)] },
            new NetworkInterface(3, "eth1") { Mac = 0x02_00_00_00_00_03, Addresses = [At("192.168.1.100", 24)] },
            new NetworkInterface(4, "virbr0") { Kind = "bridge", Mac = 0x02_00_00_00_00_04, Addresses = [At("192.168.122.1", 24), At("fd00:122::1", 64)] },
            new NetworkInterface(5, "vnet0") { Kind = "tun", Master = "virbr0", Mac = 0x02_00_00_00_00_05 },
            new NetworkInterface(6, "vnet1") { Kind = "tun", Master = "virbr0", Mac = 0x02_00_00_00_00_06 },
        ],
        Routes =
        [
            To("0.0.0.0", 0, "eth0") with { Gateway = Address.Parse("203.0.113.1") },
            To("203.0.113.0", 24, "eth0"), To("192.168.1.0", 24, "eth1"), To("192.168.122.0", 24, "virbr0"),
            To("::", 0, "eth0") with { Gateway = Address.Parse("2001:db8:1::1") },
            To("2001:db8:1::", 64, "eth0"), To("fd00:122::", 64, "virbr0"),
        ],
        Sysctls = ImmutableDictionary<string, string>.Empty.Add("net.ipv4.ip_forward", "1").Add("net.ipv6.conf.all.forwarding", "1"),
        Neighbours =
        [
            new Neighbour(Address.Parse("192.168.122.10"), 0x02_00_00_00_01_10, "virbr0"),
            new Neighbour(Address.Parse("192.168.122.11"), 0x02_00_00_00_01_11, "virbr0"),
        ],
        ForwardingEntries = [new ForwardingEntry(0x02_00_00_00_01_10, "vnet0"), new ForwardingEntry(0x02_00_00_00_01_11, "vnet1")],
    };

    public static Ruleset Rules(string text)
    {
        Ruleset rules = NftTextReader.Read(text).Value;
        Xunit.Assert.Empty(rules.Notes);
        return rules;
    }

    /// <summary>One inet table with an input chain at filter priority that drops what its rules do not take.</summary>
    public static Ruleset Input(string rules, string more = "") => Rules($$"""
        table inet filter {
        {{more}}
            chain input {
                type filter hook input priority filter; policy drop;
        {{string.Join('\n', rules.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(rule => "        " + rule))}}
            }
        }
        """);

    /// <summary>The first packet of a TCP connection from the Internet.</summary>
    public static Packet Tcp(int port) => new()
    {
        Iif = "eth0", Source = Address.Parse("8.8.8.8"), Destination = Address.Parse(Own), Protocol = 6, DestinationPort = port,
    };

    /// <summary>A query of the host itself.</summary>
    public static Packet Sent(string to) => new()
    {
        Iif = "host", Source = Address.Parse(Own), Destination = Address.Parse(to), Protocol = 17, SourcePort = 41000, DestinationPort = 53,
    };

    private static InterfaceAddress At(string address, int length) => new(Address.Parse(address), length);

    private static Route To(string address, int length, string device) =>
        new(254, RouteType.Unicast, new Prefix(Address.Parse(address), length)) { Device = device };
}
