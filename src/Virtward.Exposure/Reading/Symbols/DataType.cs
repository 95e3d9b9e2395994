namespace Virtward.Exposure.Reading.Symbols;

/// <summary>What a field's values are and how they are written (nft(8), "Data types"; <c>nft describe</c>).</summary>
public enum DataType
{
    /// <summary>A plain number.</summary>
    Integer,

    /// <summary>0 and 1, written <c>missing</c> and <c>exists</c>.</summary>
    Boolean,

    /// <summary>Up to 16 characters, such as a helper's name; packed like an interface name.</summary>
    Text,

    /// <summary>An IPv4 address, 32 bits.</summary>
    Ipv4Address,

    /// <summary>An IPv6 address, 128 bits.</summary>
    Ipv6Address,

    /// <summary>A hardware address, 48 bits.</summary>
    EtherAddress,

    /// <summary>An Ethernet protocol number.</summary>
    EtherType,

    /// <summary>A transport protocol's number (/etc/protocols).</summary>
    InetProtocol,

    /// <summary>A port.</summary>
    InetService,

    /// <summary>ICMP's type.</summary>
    IcmpType,

    /// <summary>ICMP's code.</summary>
    IcmpCode,

    /// <summary>ICMPv6's type.</summary>
    Icmp6Type,

    /// <summary>ICMPv6's code.</summary>
    Icmp6Code,

    /// <summary>A reason to reject for both families.</summary>
    IcmpxCode,

    /// <summary>IGMP's type.</summary>
    IgmpType,

    /// <summary>DCCP's packet type.</summary>
    DccpType,

    /// <summary>Mobile IPv6's type.</summary>
    MobilityType,

    /// <summary>What an MPTCP option says.</summary>
    MptcpSubtype,

    /// <summary>The differentiated services code point.</summary>
    Dscp,

    /// <summary>Explicit congestion notification.</summary>
    Ecn,

    /// <summary>TCP's flags, a bit mask.</summary>
    TcpFlag,

    /// <summary>The state of connection tracking, a bit mask: invalid 1, established 2, related 4, new 8, untracked 64.</summary>
    CtState,

    /// <summary>The status of a tracked flow, a bit mask: snat 16, dnat 32 (linux/netfilter/nf_conntrack_common.h).</summary>
    CtStatus,

    /// <summary>The direction in a tracked flow: original 0, reply 1.</summary>
    CtDirection,

    /// <summary>Events of connection tracking, a bit mask.</summary>
    CtEvent,

    /// <summary>Labels of a tracked flow, a bit mask of 128; written by the bit's number or name.</summary>
    CtLabel,

    /// <summary>A packet's or flow's mark.</summary>
    Mark,

    /// <summary>
    /// An interface by index. A listing shows its name, which is packed like any interface name and therefore above 2^112; a number that is small is
    /// the index of an interface that is gone.
    /// </summary>
    InterfaceIndex,

    /// <summary>An interface by name, by <see cref="Rulesets.Sets.InterfaceName"/>.</summary>
    InterfaceName,

    /// <summary>An interface's hardware type (ARPHRD_ numbers, linux/if_arp.h).</summary>
    InterfaceType,

    /// <summary>An interface's group.</summary>
    InterfaceGroup,

    /// <summary>A network protocol family: ipv4 2, ipv6 10.</summary>
    NfProtocol,

    /// <summary>How a frame was addressed: host 0, broadcast 1, multicast 2, other 3.</summary>
    PacketType,

    /// <summary>The type of a route (RTN_ numbers, linux/rtnetlink.h).</summary>
    FibAddressType,

    /// <summary>ARP's operation.</summary>
    ArpOperation,

    /// <summary>A user's number.</summary>
    Uid,

    /// <summary>A group's number.</summary>
    Gid,

    /// <summary>A routing realm.</summary>
    Realm,

    /// <summary>A traffic class, <c>major:minor</c> in hexadecimal.</summary>
    ClassId,

    /// <summary>A moment in seconds since 1970; a listing shows local time, which is taken as it stands.</summary>
    Time,

    /// <summary>A duration in seconds.</summary>
    Duration,

    /// <summary>Seconds since midnight; a listing shows local time, which is taken as it stands.</summary>
    Hour,

    /// <summary>The day of the week, Sunday 0.</summary>
    Day,

    /// <summary>A control group, by path.</summary>
    ControlGroup,

    /// <summary>A verdict, in maps.</summary>
    Verdict,

    /// <summary>A stateful object's name, in maps.</summary>
    Object,
}
