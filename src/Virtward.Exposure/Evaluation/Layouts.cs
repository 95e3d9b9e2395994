using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets.Expressions;

namespace Virtward.Exposure.Evaluation;

/// <summary>Where the fields of headers stand (RFC 791, 8200, 9293, 768, 792, 4443; IEEE 802.3).</summary>
internal static class Layouts
{
    private static readonly (PacketField? Field, int Width)[] Ethernet =
        [(PacketField.EtherDaddr, 48), (PacketField.EtherSaddr, 48), (PacketField.EtherType, 16)];

    private static readonly (PacketField? Field, int Width)[] Ip4 =
    [
        (PacketField.IpVersion, 4), (PacketField.IpHeaderLength, 4), (PacketField.IpDscp, 6), (PacketField.IpEcn, 2), (PacketField.IpLength, 16),
        (PacketField.IpId, 16), (PacketField.IpFragOff, 16), (PacketField.IpTtl, 8), (PacketField.IpProtocol, 8), (PacketField.IpChecksum, 16),
        (PacketField.IpSaddr, 32), (PacketField.IpDaddr, 32),
    ];

    private static readonly (PacketField? Field, int Width)[] Ip6 =
    [
        (PacketField.Ip6Version, 4), (PacketField.Ip6Dscp, 6), (PacketField.Ip6Ecn, 2), (PacketField.Ip6FlowLabel, 20), (PacketField.Ip6Length, 16),
        (PacketField.Ip6NextHeader, 8), (PacketField.Ip6HopLimit, 8), (PacketField.Ip6Saddr, 128), (PacketField.Ip6Daddr, 128),
    ];

    private static readonly (PacketField? Field, int Width)[] Tcp =
    [
        (PacketField.TcpSport, 16), (PacketField.TcpDport, 16), (PacketField.TcpSequence, 32), (PacketField.TcpAckSequence, 32),
        (PacketField.TcpDataOffset, 4), (PacketField.TcpReserved, 4), (PacketField.TcpFlags, 8), (PacketField.TcpWindow, 16),
        (PacketField.TcpChecksum, 16), (PacketField.TcpUrgent, 16),
    ];

    private static readonly (PacketField? Field, int Width)[] Udp =
        [(PacketField.UdpSport, 16), (PacketField.UdpDport, 16), (PacketField.UdpLength, 16), (PacketField.UdpChecksum, 16)];

    private static readonly (PacketField? Field, int Width)[] Ports = [(PacketField.ThSport, 16), (PacketField.ThDport, 16)];

    private static readonly (PacketField? Field, int Width)[] Icmp =
    [
        (PacketField.IcmpType, 8), (PacketField.IcmpCode, 8), (PacketField.IcmpChecksum, 16), (PacketField.IcmpId, 16), (PacketField.IcmpSequence, 16),
    ];

    private static readonly (PacketField? Field, int Width)[] Icmp6 =
    [
        (PacketField.Icmp6Type, 8), (PacketField.Icmp6Code, 8), (PacketField.Icmp6Checksum, 16), (PacketField.Icmp6Id, 16),
        (PacketField.Icmp6Sequence, 16),
    ];

    /// <summary>The fields of a packet's header, from its first bit.</summary>
    public static IReadOnlyList<(PacketField? Field, int Width)> Of(PayloadBase from, PacketState state) => from switch
    {
        PayloadBase.Link => Ethernet,
        PayloadBase.Network => state.V6 ? Ip6 : Ip4,
        PayloadBase.Transport => state.Protocol switch
        {
            6 => Tcp,
            17 => Udp,
            1 => Icmp,
            58 => Icmp6,
            136 or 132 or 33 => Ports,
            _ => [],
        },
        _ => [],
    };
}
