namespace Virtward.Exposure.Packets;

/// <summary>A field of a packet, or of what the kernel knows about it; named after nft(8), whose keyword stands beside each.</summary>
public enum PacketField
{
    // Interfaces, as meta(ta) knows them. Names are numbers by InterfaceName.
    /// <summary><c>iif</c></summary>
    MetaIif,

    /// <summary><c>iifname</c></summary>
    MetaIifName,

    /// <summary><c>meta iiftype</c></summary>
    MetaIifType,

    /// <summary><c>meta iifkind</c></summary>
    MetaIifKind,

    /// <summary><c>meta iifgroup</c></summary>
    MetaIifGroup,

    /// <summary><c>oif</c></summary>
    MetaOif,

    /// <summary><c>oifname</c></summary>
    MetaOifName,

    /// <summary><c>meta oiftype</c></summary>
    MetaOifType,

    /// <summary><c>meta oifkind</c></summary>
    MetaOifKind,

    /// <summary><c>meta oifgroup</c></summary>
    MetaOifGroup,

    /// <summary><c>meta ibrname</c></summary>
    MetaIbrName,

    /// <summary><c>meta obrname</c></summary>
    MetaObrName,

    /// <summary><c>meta ibrpvid</c></summary>
    MetaIbrPvid,

    /// <summary><c>meta ibrvproto</c></summary>
    MetaIbrVproto,

    /// <summary>
    /// The port by which a frame came to the bridge that shows it to IP's rules (br_netfilter), 0: it came otherwise. iptables' <c>physdev</c>; nft has no word for it.
    /// </summary>
    BridgeInPort,

    /// <summary>The port by which it will leave that bridge; 0: it is not bridged, or not known yet.</summary>
    BridgeOutPort,

    /// <summary><c>meta sdif</c></summary>
    MetaSdif,

    /// <summary><c>meta sdifname</c></summary>
    MetaSdifName,

    // The packet as a whole.
    /// <summary><c>meta length</c></summary>
    MetaLength,

    /// <summary><c>meta protocol</c></summary>
    MetaProtocol,

    /// <summary><c>meta nfproto</c></summary>
    MetaNfProto,

    /// <summary><c>meta l4proto</c></summary>
    MetaL4Proto,

    /// <summary><c>meta pkttype</c></summary>
    MetaPktType,

    /// <summary><c>meta mark</c></summary>
    MetaMark,

    /// <summary><c>meta priority</c></summary>
    MetaPriority,

    /// <summary><c>meta skuid</c></summary>
    MetaSkUid,

    /// <summary><c>meta skgid</c></summary>
    MetaSkGid,

    /// <summary><c>meta cgroup</c></summary>
    MetaCgroup,

    /// <summary><c>meta rtclassid</c></summary>
    MetaRtClassId,

    /// <summary><c>meta secmark</c></summary>
    MetaSecMark,

    /// <summary><c>meta secpath</c></summary>
    MetaSecPath,

    /// <summary><c>meta nftrace</c></summary>
    MetaNfTrace,

    /// <summary><c>meta broute</c></summary>
    MetaBroute,

    /// <summary><c>meta cpu</c></summary>
    MetaCpu,

    /// <summary><c>meta random</c></summary>
    MetaRandom,

    /// <summary><c>meta time</c></summary>
    MetaTime,

    /// <summary><c>meta day</c></summary>
    MetaDay,

    /// <summary><c>meta hour</c></summary>
    MetaHour,

    // Ethernet and VLAN.
    /// <summary><c>ether saddr</c></summary>
    EtherSaddr,

    /// <summary><c>ether daddr</c></summary>
    EtherDaddr,

    /// <summary><c>ether type</c></summary>
    EtherType,

    /// <summary><c>vlan id</c></summary>
    VlanId,

    /// <summary><c>vlan dei</c></summary>
    VlanDei,

    /// <summary><c>vlan pcp</c></summary>
    VlanPcp,

    /// <summary><c>vlan type</c></summary>
    VlanType,

    // ARP.
    /// <summary><c>arp htype</c></summary>
    ArpHtype,

    /// <summary><c>arp ptype</c></summary>
    ArpPtype,

    /// <summary><c>arp hlen</c></summary>
    ArpHlen,

    /// <summary><c>arp plen</c></summary>
    ArpPlen,

    /// <summary><c>arp operation</c></summary>
    ArpOperation,

    /// <summary><c>arp saddr ip</c></summary>
    ArpSaddrIp,

    /// <summary><c>arp daddr ip</c></summary>
    ArpDaddrIp,

    /// <summary><c>arp saddr ether</c></summary>
    ArpSaddrEther,

    /// <summary><c>arp daddr ether</c></summary>
    ArpDaddrEther,

    // IPv4.
    /// <summary><c>ip version</c></summary>
    IpVersion,

    /// <summary><c>ip hdrlength</c></summary>
    IpHeaderLength,

    /// <summary><c>ip dscp</c></summary>
    IpDscp,

    /// <summary><c>ip ecn</c></summary>
    IpEcn,

    /// <summary><c>ip length</c></summary>
    IpLength,

    /// <summary><c>ip id</c></summary>
    IpId,

    /// <summary><c>ip frag-off</c></summary>
    IpFragOff,

    /// <summary><c>ip ttl</c></summary>
    IpTtl,

    /// <summary><c>ip protocol</c></summary>
    IpProtocol,

    /// <summary><c>ip checksum</c></summary>
    IpChecksum,

    /// <summary><c>ip saddr</c></summary>
    IpSaddr,

    /// <summary><c>ip daddr</c></summary>
    IpDaddr,

    // IPv6.
    /// <summary><c>ip6 version</c></summary>
    Ip6Version,

    /// <summary><c>ip6 dscp</c></summary>
    Ip6Dscp,

    /// <summary><c>ip6 ecn</c></summary>
    Ip6Ecn,

    /// <summary><c>ip6 flowlabel</c></summary>
    Ip6FlowLabel,

    /// <summary><c>ip6 length</c></summary>
    Ip6Length,

    /// <summary><c>ip6 nexthdr</c></summary>
    Ip6NextHeader,

    /// <summary><c>ip6 hoplimit</c></summary>
    Ip6HopLimit,

    /// <summary><c>ip6 saddr</c></summary>
    Ip6Saddr,

    /// <summary><c>ip6 daddr</c></summary>
    Ip6Daddr,

    // ICMP, ICMPv6, IGMP.
    /// <summary><c>icmp type</c></summary>
    IcmpType,

    /// <summary><c>icmp code</c></summary>
    IcmpCode,

    /// <summary><c>icmp checksum</c></summary>
    IcmpChecksum,

    /// <summary><c>icmp id</c></summary>
    IcmpId,

    /// <summary><c>icmp sequence</c></summary>
    IcmpSequence,

    /// <summary><c>icmp mtu</c></summary>
    IcmpMtu,

    /// <summary><c>icmp gateway</c></summary>
    IcmpGateway,

    /// <summary><c>icmpv6 type</c></summary>
    Icmp6Type,

    /// <summary><c>icmpv6 code</c></summary>
    Icmp6Code,

    /// <summary><c>icmpv6 checksum</c></summary>
    Icmp6Checksum,

    /// <summary><c>icmpv6 id</c></summary>
    Icmp6Id,

    /// <summary><c>icmpv6 sequence</c></summary>
    Icmp6Sequence,

    /// <summary><c>icmpv6 mtu</c></summary>
    Icmp6Mtu,

    /// <summary><c>icmpv6 parameter-problem</c></summary>
    Icmp6ParameterProblem,

    /// <summary><c>icmpv6 max-delay</c></summary>
    Icmp6MaxDelay,

    /// <summary><c>icmpv6 taddr</c></summary>
    Icmp6Taddr,

    /// <summary><c>icmpv6 daddr</c></summary>
    Icmp6Daddr,

    /// <summary><c>igmp type</c></summary>
    IgmpType,

    /// <summary><c>igmp mrt</c></summary>
    IgmpMrt,

    /// <summary><c>igmp checksum</c></summary>
    IgmpChecksum,

    /// <summary><c>igmp group</c></summary>
    IgmpGroup,

    // Transport. Th… is the port of TCP, UDP, UDP-Lite, SCTP and DCCP alike.
    /// <summary><c>th sport</c></summary>
    ThSport,

    /// <summary><c>th dport</c></summary>
    ThDport,

    /// <summary><c>tcp sport</c></summary>
    TcpSport,

    /// <summary><c>tcp dport</c></summary>
    TcpDport,

    /// <summary><c>tcp sequence</c></summary>
    TcpSequence,

    /// <summary><c>tcp ackseq</c></summary>
    TcpAckSequence,

    /// <summary><c>tcp doff</c></summary>
    TcpDataOffset,

    /// <summary><c>tcp reserved</c></summary>
    TcpReserved,

    /// <summary><c>tcp flags</c></summary>
    TcpFlags,

    /// <summary><c>tcp window</c></summary>
    TcpWindow,

    /// <summary><c>tcp checksum</c></summary>
    TcpChecksum,

    /// <summary><c>tcp urgptr</c></summary>
    TcpUrgent,

    /// <summary><c>udp sport</c></summary>
    UdpSport,

    /// <summary><c>udp dport</c></summary>
    UdpDport,

    /// <summary><c>udp length</c></summary>
    UdpLength,

    /// <summary><c>udp checksum</c></summary>
    UdpChecksum,

    /// <summary><c>udplite sport</c></summary>
    UdpliteSport,

    /// <summary><c>udplite dport</c></summary>
    UdpliteDport,

    /// <summary><c>udplite checksum</c></summary>
    UdpliteChecksum,

    /// <summary><c>sctp sport</c></summary>
    SctpSport,

    /// <summary><c>sctp dport</c></summary>
    SctpDport,

    /// <summary><c>sctp vtag</c></summary>
    SctpVtag,

    /// <summary><c>sctp checksum</c></summary>
    SctpChecksum,

    /// <summary><c>dccp sport</c></summary>
    DccpSport,

    /// <summary><c>dccp dport</c></summary>
    DccpDport,

    /// <summary><c>dccp type</c></summary>
    DccpType,

    /// <summary><c>ah nexthdr</c></summary>
    AhNextHeader,

    /// <summary><c>ah spi</c></summary>
    AhSpi,

    /// <summary><c>esp spi</c></summary>
    EspSpi,

    /// <summary><c>esp sequence</c></summary>
    EspSequence,

    /// <summary><c>comp nexthdr</c></summary>
    CompNextHeader,

    /// <summary><c>comp cpi</c></summary>
    CompCpi,

    // Connection tracking.
    /// <summary><c>ct state</c></summary>
    CtState,

    /// <summary><c>ct direction</c></summary>
    CtDirection,

    /// <summary><c>ct status</c></summary>
    CtStatus,

    /// <summary><c>ct mark</c></summary>
    CtMark,

    /// <summary><c>ct expiration</c></summary>
    CtExpiration,

    /// <summary><c>ct helper</c></summary>
    CtHelper,

    /// <summary><c>ct label</c></summary>
    CtLabel,

    /// <summary><c>ct zone</c></summary>
    CtZone,

    /// <summary><c>ct id</c></summary>
    CtId,

    /// <summary><c>ct packets</c></summary>
    CtPackets,

    /// <summary><c>ct bytes</c></summary>
    CtBytes,

    /// <summary><c>ct avgpkt</c></summary>
    CtAveragePacket,

    /// <summary><c>ct secmark</c></summary>
    CtSecMark,

    /// <summary><c>ct event</c></summary>
    CtEvent,

    /// <summary><c>ct l3proto</c></summary>
    CtL3Proto,

    /// <summary><c>ct protocol</c></summary>
    CtProtocol,

    // Sockets and routes.
    /// <summary><c>socket transparent</c></summary>
    SocketTransparent,

    /// <summary><c>socket mark</c></summary>
    SocketMark,

    /// <summary><c>socket wildcard</c></summary>
    SocketWildcard,

    /// <summary><c>socket cgroupv2</c></summary>
    SocketCgroup,

    /// <summary><c>rt classid</c></summary>
    RtClassId,

    /// <summary><c>rt ip nexthop</c></summary>
    RtNextHop4,

    /// <summary><c>rt ip6 nexthop</c></summary>
    RtNextHop6,

    /// <summary><c>rt mtu</c></summary>
    RtMtu,

    /// <summary><c>rt ipsec</c></summary>
    RtIpsec,
}
