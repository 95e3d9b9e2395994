using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Virtward.Exposure.Packets;

namespace Virtward.Exposure.Reading.Symbols;

/// <summary>All fields that nft(8) names, by keyword and by <see cref="PacketField"/>.</summary>
public static class FieldTable
{
    private static readonly FieldSymbol[] All =
    [
        new("meta iif", PacketField.MetaIif, 32, DataType.InterfaceIndex),
        new("meta iifname", PacketField.MetaIifName, 128, DataType.InterfaceName),
        new("meta iiftype", PacketField.MetaIifType, 16, DataType.InterfaceType),
        new("meta iifkind", PacketField.MetaIifKind, 128, DataType.InterfaceName),
        new("meta iifgroup", PacketField.MetaIifGroup, 32, DataType.InterfaceGroup),
        new("meta oif", PacketField.MetaOif, 32, DataType.InterfaceIndex),
        new("meta oifname", PacketField.MetaOifName, 128, DataType.InterfaceName),
        new("meta oiftype", PacketField.MetaOifType, 16, DataType.InterfaceType),
        new("meta oifkind", PacketField.MetaOifKind, 128, DataType.InterfaceName),
        new("meta oifgroup", PacketField.MetaOifGroup, 32, DataType.InterfaceGroup),
        new("meta ibrname", PacketField.MetaIbrName, 128, DataType.InterfaceName),
        new("meta ibriport", PacketField.MetaIbrName, 128, DataType.InterfaceName),
        new("meta ibridgename", PacketField.MetaIbrName, 128, DataType.InterfaceName),
        new("meta obrname", PacketField.MetaObrName, 128, DataType.InterfaceName),
        new("meta obriport", PacketField.MetaObrName, 128, DataType.InterfaceName),
        new("meta obridgename", PacketField.MetaObrName, 128, DataType.InterfaceName),
        // iptables' words: nft has none for these.
        new("physdev in", PacketField.BridgeInPort, 128, DataType.InterfaceName),
        new("physdev out", PacketField.BridgeOutPort, 128, DataType.InterfaceName),
        new("meta ibrpvid", PacketField.MetaIbrPvid, 16, DataType.Integer),
        new("meta ibrvproto", PacketField.MetaIbrVproto, 16, DataType.EtherType),
        new("meta ibrhwaddr", null, 48, DataType.EtherAddress),
        new("meta sdif", PacketField.MetaSdif, 32, DataType.InterfaceIndex),
        new("meta sdifname", PacketField.MetaSdifName, 128, DataType.InterfaceName),
        new("meta length", PacketField.MetaLength, 32, DataType.Integer),
        new("meta protocol", PacketField.MetaProtocol, 16, DataType.EtherType),
        new("meta nfproto", PacketField.MetaNfProto, 8, DataType.NfProtocol),
        new("meta l4proto", PacketField.MetaL4Proto, 8, DataType.InetProtocol),
        new("meta pkttype", PacketField.MetaPktType, 8, DataType.PacketType),
        new("meta mark", PacketField.MetaMark, 32, DataType.Mark),
        new("meta priority", PacketField.MetaPriority, 32, DataType.ClassId),
        new("meta skuid", PacketField.MetaSkUid, 32, DataType.Uid),
        new("meta skgid", PacketField.MetaSkGid, 32, DataType.Gid),
        new("meta cgroup", PacketField.MetaCgroup, 32, DataType.Integer),
        new("meta rtclassid", PacketField.MetaRtClassId, 32, DataType.Realm),
        new("meta secmark", PacketField.MetaSecMark, 32, DataType.Integer),
        new("meta secpath", PacketField.MetaSecPath, 8, DataType.Boolean),
        new("meta ipsec", PacketField.MetaSecPath, 8, DataType.Boolean),
        new("meta nftrace", PacketField.MetaNfTrace, 8, DataType.Integer),
        new("meta broute", PacketField.MetaBroute, 8, DataType.Integer),
        new("meta cpu", PacketField.MetaCpu, 32, DataType.Integer),
        new("meta random", PacketField.MetaRandom, 32, DataType.Integer),
        new("meta time", PacketField.MetaTime, 64, DataType.Time),
        new("meta day", PacketField.MetaDay, 8, DataType.Day),
        new("meta hour", PacketField.MetaHour, 32, DataType.Hour),

        new("ether saddr", PacketField.EtherSaddr, 48, DataType.EtherAddress),
        new("ether daddr", PacketField.EtherDaddr, 48, DataType.EtherAddress),
        new("ether type", PacketField.EtherType, 16, DataType.EtherType),
        new("vlan id", PacketField.VlanId, 12, DataType.Integer),
        new("vlan dei", PacketField.VlanDei, 1, DataType.Integer),
        new("vlan cfi", PacketField.VlanDei, 1, DataType.Integer),
        new("vlan pcp", PacketField.VlanPcp, 3, DataType.Integer),
        new("vlan type", PacketField.VlanType, 16, DataType.EtherType),
        new("arp htype", PacketField.ArpHtype, 16, DataType.Integer),
        new("arp ptype", PacketField.ArpPtype, 16, DataType.EtherType),
        new("arp hlen", PacketField.ArpHlen, 8, DataType.Integer),
        new("arp plen", PacketField.ArpPlen, 8, DataType.Integer),
        new("arp operation", PacketField.ArpOperation, 16, DataType.ArpOperation),
        new("arp saddr ip", PacketField.ArpSaddrIp, 32, DataType.Ipv4Address),
        new("arp daddr ip", PacketField.ArpDaddrIp, 32, DataType.Ipv4Address),
        new("arp saddr ether", PacketField.ArpSaddrEther, 48, DataType.EtherAddress),
        new("arp daddr ether", PacketField.ArpDaddrEther, 48, DataType.EtherAddress),

        new("ip version", PacketField.IpVersion, 4, DataType.Integer),
        new("ip hdrlength", PacketField.IpHeaderLength, 4, DataType.Integer),
        new("ip dscp", PacketField.IpDscp, 6, DataType.Dscp),
        new("ip ecn", PacketField.IpEcn, 2, DataType.Ecn),
        new("ip length", PacketField.IpLength, 16, DataType.Integer),
        new("ip id", PacketField.IpId, 16, DataType.Integer),
        new("ip frag-off", PacketField.IpFragOff, 16, DataType.Integer),
        new("ip ttl", PacketField.IpTtl, 8, DataType.Integer),
        new("ip protocol", PacketField.IpProtocol, 8, DataType.InetProtocol),
        new("ip checksum", PacketField.IpChecksum, 16, DataType.Integer),
        new("ip saddr", PacketField.IpSaddr, 32, DataType.Ipv4Address),
        new("ip daddr", PacketField.IpDaddr, 32, DataType.Ipv4Address),
        new("ip6 version", PacketField.Ip6Version, 4, DataType.Integer),
        new("ip6 dscp", PacketField.Ip6Dscp, 6, DataType.Dscp),
        new("ip6 ecn", PacketField.Ip6Ecn, 2, DataType.Ecn),
        new("ip6 flowlabel", PacketField.Ip6FlowLabel, 20, DataType.Integer),
        new("ip6 length", PacketField.Ip6Length, 16, DataType.Integer),
        new("ip6 nexthdr", PacketField.Ip6NextHeader, 8, DataType.InetProtocol),
        new("ip6 hoplimit", PacketField.Ip6HopLimit, 8, DataType.Integer),
        new("ip6 saddr", PacketField.Ip6Saddr, 128, DataType.Ipv6Address),
        new("ip6 daddr", PacketField.Ip6Daddr, 128, DataType.Ipv6Address),

        new("icmp type", PacketField.IcmpType, 8, DataType.IcmpType),
        new("icmp code", PacketField.IcmpCode, 8, DataType.IcmpCode),
        new("icmp checksum", PacketField.IcmpChecksum, 16, DataType.Integer),
        new("icmp id", PacketField.IcmpId, 16, DataType.Integer),
        new("icmp sequence", PacketField.IcmpSequence, 16, DataType.Integer),
        new("icmp mtu", PacketField.IcmpMtu, 16, DataType.Integer),
        new("icmp gateway", PacketField.IcmpGateway, 32, DataType.Integer),
        new("icmpv6 type", PacketField.Icmp6Type, 8, DataType.Icmp6Type),
        new("icmpv6 code", PacketField.Icmp6Code, 8, DataType.Icmp6Code),
        new("icmpv6 checksum", PacketField.Icmp6Checksum, 16, DataType.Integer),
        new("icmpv6 id", PacketField.Icmp6Id, 16, DataType.Integer),
        new("icmpv6 sequence", PacketField.Icmp6Sequence, 16, DataType.Integer),
        new("icmpv6 mtu", PacketField.Icmp6Mtu, 32, DataType.Integer),
        new("icmpv6 parameter-problem", PacketField.Icmp6ParameterProblem, 32, DataType.Integer),
        new("icmpv6 max-delay", PacketField.Icmp6MaxDelay, 16, DataType.Integer),
        new("icmpv6 taddr", PacketField.Icmp6Taddr, 128, DataType.Ipv6Address),
        new("icmpv6 daddr", PacketField.Icmp6Daddr, 128, DataType.Ipv6Address),
        new("igmp type", PacketField.IgmpType, 8, DataType.IgmpType),
        new("igmp mrt", PacketField.IgmpMrt, 8, DataType.Integer),
        new("igmp checksum", PacketField.IgmpChecksum, 16, DataType.Integer),
        new("igmp group", PacketField.IgmpGroup, 32, DataType.Ipv4Address),

        new("th sport", PacketField.ThSport, 16, DataType.InetService),
        new("th dport", PacketField.ThDport, 16, DataType.InetService),
        new("tcp sport", PacketField.TcpSport, 16, DataType.InetService),
        new("tcp dport", PacketField.TcpDport, 16, DataType.InetService),
        new("tcp sequence", PacketField.TcpSequence, 32, DataType.Integer),
        new("tcp ackseq", PacketField.TcpAckSequence, 32, DataType.Integer),
        new("tcp doff", PacketField.TcpDataOffset, 4, DataType.Integer),
        new("tcp reserved", PacketField.TcpReserved, 4, DataType.Integer),
        new("tcp flags", PacketField.TcpFlags, 8, DataType.TcpFlag),
        new("tcp window", PacketField.TcpWindow, 16, DataType.Integer),
        new("tcp checksum", PacketField.TcpChecksum, 16, DataType.Integer),
        new("tcp urgptr", PacketField.TcpUrgent, 16, DataType.Integer),
        new("udp sport", PacketField.UdpSport, 16, DataType.InetService),
        new("udp dport", PacketField.UdpDport, 16, DataType.InetService),
        new("udp length", PacketField.UdpLength, 16, DataType.Integer),
        new("udp checksum", PacketField.UdpChecksum, 16, DataType.Integer),
        new("udplite sport", PacketField.UdpliteSport, 16, DataType.InetService),
        new("udplite dport", PacketField.UdpliteDport, 16, DataType.InetService),
        new("udplite csumcov", null, 16, DataType.Integer),
        new("udplite checksum", PacketField.UdpliteChecksum, 16, DataType.Integer),
        new("sctp sport", PacketField.SctpSport, 16, DataType.InetService),
        new("sctp dport", PacketField.SctpDport, 16, DataType.InetService),
        new("sctp vtag", PacketField.SctpVtag, 32, DataType.Integer),
        new("sctp checksum", PacketField.SctpChecksum, 32, DataType.Integer),
        new("dccp sport", PacketField.DccpSport, 16, DataType.InetService),
        new("dccp dport", PacketField.DccpDport, 16, DataType.InetService),
        new("dccp type", PacketField.DccpType, 4, DataType.DccpType),
        new("ah nexthdr", PacketField.AhNextHeader, 8, DataType.InetProtocol),
        new("ah hdrlength", null, 8, DataType.Integer),
        new("ah reserved", null, 16, DataType.Integer),
        new("ah spi", PacketField.AhSpi, 32, DataType.Integer),
        new("ah sequence", null, 32, DataType.Integer),
        new("esp spi", PacketField.EspSpi, 32, DataType.Integer),
        new("esp sequence", PacketField.EspSequence, 32, DataType.Integer),
        new("comp nexthdr", PacketField.CompNextHeader, 8, DataType.InetProtocol),
        new("comp flags", null, 8, DataType.Integer),
        new("comp cpi", PacketField.CompCpi, 16, DataType.Integer),
        new("gre flags", null, 5, DataType.Integer),
        new("gre version", null, 3, DataType.Integer),
        new("gre protocol", null, 16, DataType.EtherType),
        new("vxlan vni", null, 24, DataType.Integer),
        new("vxlan flags", null, 8, DataType.Integer),
        new("geneve vni", null, 24, DataType.Integer),
        new("geneve type", null, 16, DataType.EtherType),

        new("ct state", PacketField.CtState, 32, DataType.CtState),
        new("ct direction", PacketField.CtDirection, 8, DataType.CtDirection),
        new("ct status", PacketField.CtStatus, 32, DataType.CtStatus),
        new("ct mark", PacketField.CtMark, 32, DataType.Mark),
        new("ct expiration", PacketField.CtExpiration, 32, DataType.Duration),
        new("ct helper", PacketField.CtHelper, 128, DataType.Text),
        new("ct label", PacketField.CtLabel, 128, DataType.CtLabel),
        new("ct zone", PacketField.CtZone, 16, DataType.Integer),
        new("ct id", PacketField.CtId, 32, DataType.Integer),
        new("ct packets", PacketField.CtPackets, 64, DataType.Integer),
        new("ct bytes", PacketField.CtBytes, 64, DataType.Integer),
        new("ct avgpkt", PacketField.CtAveragePacket, 64, DataType.Integer),
        new("ct secmark", PacketField.CtSecMark, 32, DataType.Integer),
        new("ct event", PacketField.CtEvent, 32, DataType.CtEvent),
        new("ct l3proto", PacketField.CtL3Proto, 8, DataType.NfProtocol),
        new("ct protocol", PacketField.CtProtocol, 8, DataType.InetProtocol),

        new("socket transparent", PacketField.SocketTransparent, 8, DataType.Integer),
        new("socket mark", PacketField.SocketMark, 32, DataType.Mark),
        new("socket wildcard", PacketField.SocketWildcard, 8, DataType.Integer),
        new("socket cgroupv2", PacketField.SocketCgroup, 64, DataType.ControlGroup),
        new("rt classid", PacketField.RtClassId, 32, DataType.Realm),
        new("rt ip nexthop", PacketField.RtNextHop4, 32, DataType.Ipv4Address),
        new("rt ip6 nexthop", PacketField.RtNextHop6, 128, DataType.Ipv6Address),
        new("rt mtu", PacketField.RtMtu, 16, DataType.Integer),
        new("rt ipsec", PacketField.RtIpsec, 8, DataType.Boolean),
    ];

    private static readonly FrozenDictionary<string, FieldSymbol> ByKeyword = All.ToFrozenDictionary(f => f.Keyword, StringComparer.Ordinal);

    private static readonly FrozenDictionary<PacketField, FieldSymbol> ByField =
        All.Where(f => f.Field is not null).DistinctBy(f => f.Field).ToFrozenDictionary(f => f.Field!.Value);

    private static readonly FrozenSet<string> Headers = All.Select(f => f.Keyword.Split(' ')[0]).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Finds a field by its words, <c>ip saddr</c>.</summary>
    public static bool TryFind(string keyword, [NotNullWhen(true)] out FieldSymbol? symbol) => ByKeyword.TryGetValue(keyword, out symbol);

    /// <summary>Finds a field by its header (or <c>meta</c>, <c>ct</c>) and name.</summary>
    public static bool TryFind(string header, string name, [NotNullWhen(true)] out FieldSymbol? symbol) => TryFind($"{header} {name}", out symbol);

    /// <summary>Whether a word is the first one of some field: <c>ip</c>, <c>tcp</c>, <c>meta</c>, ….</summary>
    public static bool IsHeader(string word) => Headers.Contains(word);

    /// <summary>The words, width and type of a field.</summary>
    public static FieldSymbol Of(PacketField field) => ByField[field];

    /// <summary>A field's bits.</summary>
    public static int WidthOf(PacketField field) => ByField[field].Width;
}
