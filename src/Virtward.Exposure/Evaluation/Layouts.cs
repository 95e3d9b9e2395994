using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Statements;

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

    private static readonly (PacketField? Field, int Width)[][] Merged = [Ethernet, Ip4, Ip6, Tcp, Udp, Ports, Icmp, Icmp6];

    /// <summary>
    /// Whether two conditions that stand side by side may be one in the kernel: nft before 1.1, and iptables of its time, loads fields that follow each other at once, and
    /// of two that must differ makes "not both are the same" (payload_do_merge, src/rule.c of nftables). A listing prints either way as two.
    /// </summary>
    /// <param name="one">The first.</param>
    /// <param name="other">The second.</param>
    /// <param name="ports">Only ports, as iptables does.</param>
    public static bool MayBeOne(MatchStatement one, MatchStatement other, bool ports)
    {
        const int fast = 32;
        if (one is not { Operator: MatchOperator.NotEqual, Left: FieldExpression { Field: var first }, Right: NumberExpression }
            || other is not { Operator: MatchOperator.NotEqual, Left: FieldExpression { Field: var second }, Right: NumberExpression })
        {
            return false;
        }

        foreach ((PacketField? Field, int Width)[] header in ports ? [Tcp, Udp, Ports] : Merged)
        {
            int at = Array.FindIndex(header, field => field.Field == first);
            if (at >= 0 && at + 1 < header.Length && header[at + 1].Field == second && header[at].Width % 8 == 0 && header[at + 1].Width % 8 == 0
                && (!ports || at == 0) && (ReferenceEquals(header, Ethernet) || header[at].Width + header[at + 1].Width <= fast))
            {
                return true;
            }
        }

        return false;
    }

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
