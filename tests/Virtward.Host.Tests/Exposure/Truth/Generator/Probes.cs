using Virtward.Core.Net;
using Virtward.Exposure.Packets;
using Virtward.Host.Tests.Exposure.Truth.Scene;

namespace Virtward.Host.Tests.Exposure.Truth.Generator;

/// <summary>
/// Packets that meet a ruleset's constants, on all entries. Few probes share a flow unless one is another's <see cref="Packet.Before"/>: most source ports
/// (and for protocols without them sources) are used once, so that only some translations clash.
/// </summary>
internal sealed class Probes(Dice dice, Palette palette, Layout layout)
{
    private static readonly int[] ErrorsV4 = [3, 11, 12, 4, 5];
    private static readonly int[] ErrorsV6 = [1, 2, 3, 4];
    private static readonly int[] OtherProtocols = [47, 50, 253, 103];

    private readonly HashSet<(int Protocol, int Port)> _ports = [];
    private readonly HashSet<(int Protocol, Address Source)> _sources = [];
    private int _next = 20000;

    /// <summary>Several packets a probe, for limits and counts.</summary>
    public bool Stateful { get; init; }

    /// <summary>One probe, with what goes before it.</summary>
    public Packet One()
    {
        while (true)
        {
            Packet packet = Addressed(Simple());
            if (Stateful && IsTurnedBack(packet))
            {
                continue;
            }

            if (packet.Protocol is not (6 or 17 or 132 or 136) && !_sources.Add((packet.Protocol, packet.Source)))
            {
                continue;
            }

            if (Stateful && packet.Protocol is 6 or 17 && dice.Percent(50))
            {
                // Count packets from as many source ports.
                _next += 10;
                packet = packet with { SourcePort = _next, Count = dice.Between(2, 7) };
                _next += 10;
                return packet;
            }

            return dice.Percent(14) ? WithFlow(packet) : packet;
        }
    }

    // IPv6 tells a neighbour of another on its own link, once a second at most (ndisc_send_redirect): that meets limits and numbers whenever the clock says.
    private bool IsTurnedBack(Packet packet)
    {
        if (packet.Iif == "host" || packet.Bridged || packet.Destination.IsV4 || layout.Home(packet.Destination) is not { } home)
        {
            return false;
        }

        Link from = layout.Of(packet.Iif);
        return from == home || (from.Bridge is not null && from.Bridge == home.Bridge);
    }

    private Packet Simple()
    {
        bool v6 = dice.Percent(38);
        string iif = dice.Weighted(
            (34, "eth0"), (9, "eth1"), (11, "wg0"), (10, "vnet0"), (9, "vnet1"), (7, "eth2"), (8, "vnet2"), (12, "host"));
        bool bridged = iif is "vnet0" or "vnet1" or "eth2" or "vnet2" && dice.Percent(40);
        int protocol = dice.Weighted((52, 6), (26, 17), (12, v6 ? 58 : 1), (3, 132), (4, dice.Pick(OtherProtocols)), (1, v6 ? 1 : 58));
        Address source = iif == "host" ? Address.Parse(Own(v6)) : Source(iif, v6);
        Address destination = Destination(iif, v6, bridged);

        // To its own address a frame would have to go back where it came from.
        bridged &= layout.Home(destination)?.Device != iif;
        bool ports = protocol is 6 or 17 or 132 or 136;
        return new Packet
        {
            Iif = iif,
            Source = source,
            Destination = destination,
            Protocol = protocol,
            SourcePort = ports ? SourcePort(protocol) : 0,
            DestinationPort = ports ? palette.AnyPort() : 0,
            TcpFlags = dice.Weighted((62, 2), (14, 16), (5, 18), (3, 4), (2, 20), (2, 17), (2, 24), (2, 3), (2, 41), (2, 0), (1, 1), (1, 8), (1, 6), (1, 63), (1, 194)),
            Ttl = dice.Weighted((88, 64), (3, 1), (3, 2), (4, 255), (2, 10)),
            IcmpType = IcmpType(protocol),
            Bridged = bridged,
            Vlan = iif != "host" && dice.Percent(3) ? dice.Pick(5, 7, 0, 100) : null,
            SourceMac = iif == "host" ? null : dice.Percent(3) ? 0x061122334455UL : layout.Of(iif).PeerMac,
        };
    }

    private int? IcmpType(int protocol) => protocol switch
    {
        1 => dice.Weighted<int?>((55, null), (12, 0), (5, 13), (2, 14), (3, 17), (14, dice.Pick(ErrorsV4)), (3, 9)),
        58 => dice.Weighted<int?>((55, null), (12, 129), (12, dice.Pick(ErrorsV6)), (4, 135), (3, 136), (3, 134), (2, 143), (2, 130)),
        _ => null,
    };

    private int SourcePort(int protocol)
    {
        if (dice.Percent(15))
        {
            int port = palette.Port();
            if (_ports.Add((protocol, port)))
            {
                return port;
            }
        }

        if (dice.Percent(8))
        {
            // Once more the one before: where the sources are translated to one address, both would have the same answers.
            return _next;
        }

        while (!_ports.Add((protocol, ++_next)))
        {
        }

        return _next;
    }

    private string Own(bool v6) => dice.Percent(96) ? palette.Own(v6) : v6 ? "::1" : "127.0.0.1";

    private Address Source(string iif, bool v6)
    {
        if (dice.Percent(3))
        {
            return Address.Parse(v6
                ? dice.Pick("::1", "fe80::1", "ff02::1", palette.Own(true), "2001:db8:1::")
                : dice.Pick("127.0.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.5", "240.1.2.3", "203.0.113.255", "0.1.2.3", "169.254.1.1", palette.Own(false)));
        }

        if (dice.Percent(60))
        {
            return palette.Beside(palette.Source(v6));
        }

        return Address.Parse(iif switch
        {
            "vnet0" => v6 ? "fd00:122::10" : "192.168.122.10",
            "vnet1" => v6 ? "fd00:122::11" : "192.168.122.11",
            "vnet2" => v6 ? "fd00:77::20" : "10.77.0.20",
            "eth2" => v6 ? "fd00:77::21" : "10.77.0.21",
            "wg0" => v6 ? "fd00:8::2" : "10.8.0.2",
            "eth1" => v6 ? "fd00:1::5" : "192.168.1.5",
            _ => v6 ? "2001:db8:9::9" : dice.Pick("8.8.8.8", "198.51.100.7"),
        });
    }

    private Address Destination(string iif, bool v6, bool bridged)
    {
        if (bridged && dice.Percent(75))
        {
            return Address.Parse(iif switch
            {
                "vnet0" => v6 ? "fd00:122::11" : "192.168.122.11",
                "vnet1" => v6 ? "fd00:122::10" : "192.168.122.10",
                "vnet2" => v6 ? "fd00:77::21" : "10.77.0.21",
                _ => v6 ? "fd00:77::20" : "10.77.0.20",
            });
        }

        if (dice.Percent(3))
        {
            return Address.Parse(v6
                ? dice.Pick("::1", "ff02::1", "fd00:8::", "2001:db8:1::", "fc00:99::1")
                : dice.Pick("127.0.0.1", "127.1.2.3", "203.0.113.255", "255.255.255.255", "224.0.0.1", "0.0.0.0", "240.0.0.1", "192.168.122.0", "10.8.0.255"));
        }

        return dice.Percent(70) ? palette.Beside(palette.Target(v6)) : Address.Parse(palette.Own(v6));
    }

    /// <summary>The same packet after others of its flow, or as an answer to one, or as an error about one.</summary>
    private Packet WithFlow(Packet packet)
    {
        if (packet.Protocol is not (6 or 17 or 1 or 58) || !IsSane(packet.Source) || !IsSane(packet.Destination))
        {
            return packet;
        }

        Packet first = packet.Protocol == 6 ? packet with { TcpFlags = 2 } : packet with { IcmpType = null };
        first = first with { Vlan = null, Ttl = 64 };
        Packet? back = Back(first);
        switch (dice.Below(5))
        {
            case 0 when packet.Protocol == 6 && back is not null:
                return packet with { Before = [first, back with { TcpFlags = 18 }], TcpFlags = dice.Pick(16, 24, 17, 2, 4), Vlan = null };
            case 1 when packet.Protocol is 6 or 17:
                return packet with { Before = [first], TcpFlags = dice.Pick(2, 16, 18) };
            case 2 when back is not null:
                return Error(first, back) ?? packet;
            case 3 when packet.Protocol == 6 && back is not null:
                return back with { Before = [first, back with { TcpFlags = 18 }, first with { TcpFlags = 16 }], TcpFlags = dice.Pick(16, 24, 17, 4) };
            default:
                return back is null ? packet : back with { Before = [first], TcpFlags = dice.Pick(18, 18, 18, 20, 16, 2) };
        }
    }

    /// <summary>Whether an address is one that a neighbour may have.</summary>
    public static bool IsSane(Address address) => address.IsV4
        ? address.V4 >> 24 is > 0 and < 224 and not 127 && (address.V4 & 0xff) is not (0 or 255)
        : address.High >> 56 is not (0 or 0xff or 0xfe) && address.Low != 0;

    /// <summary>A frame to an address that nobody on the bridge has says whom it is addressed to.</summary>
    private Packet Addressed(Packet packet) =>
        !packet.Bridged || (layout.Home(packet.Destination)?.Bridge == layout.Of(packet.Iif).Bridge && !layout.IsOwn(packet.Destination)) ? packet
        : packet with { DestinationMac = layout.NeighbourMac(layout.Of(packet.Iif), packet.Destination) };

    /// <summary>An error that somebody on the way back sends about a packet.</summary>
    private Packet? Error(Packet first, Packet back) => new()
    {
        Iif = back.Iif,
        Source = dice.Percent(60) ? back.Source : back.Source.IsV4 ? Address.Parse("198.51.100.99") : Address.Parse("2001:db8:9::99"),
        Destination = back.Destination,
        Protocol = back.Source.IsV4 ? 1 : 58,
        IcmpType = back.Source.IsV4 ? dice.Pick(3, 11, 12) : dice.Pick(1, 2, 3),
        SourcePort = 0,
        DestinationPort = 0,
        Bridged = back.Bridged,
        SourceMac = back.SourceMac,
        DestinationMac = back.DestinationMac,
        Before = [first],
    };

    /// <summary>The answer to a packet, as it would come in; null where it comes from nowhere known.</summary>
    private Packet? Back(Packet first)
    {
        string? iif = layout.IsOwn(first.Destination)
            ? "host"
            : layout.Home(first.Destination)?.Device ?? "eth0";
        if (first.Iif == "host" && iif == "host")
        {
            return null;
        }

        return Addressed(first with
        {
            DestinationMac = null,
            Iif = iif,
            Source = first.Destination,
            Destination = first.Source,
            SourcePort = first.DestinationPort,
            DestinationPort = first.SourcePort,
            IcmpType = first.Protocol switch { 1 => 0, 58 => 129, _ => null },
            Bridged = first.Bridged && iif is "vnet0" or "vnet1" or "eth2" or "vnet2" && layout.Home(first.Source)?.Device != iif,
            SourceMac = iif == "host" ? null : layout.Of(iif).PeerMac,
        });
    }
}
