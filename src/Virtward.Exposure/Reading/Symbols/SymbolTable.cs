using System.Collections.Frozen;
using System.Globalization;

namespace Virtward.Exposure.Reading.Symbols;

/// <summary>The names that stand for numbers, by data type: as nft 1.0.2 to 1.1 prints them, and older spellings that iptables uses.</summary>
public static class SymbolTable
{
    private static readonly FrozenDictionary<DataType, FrozenDictionary<string, UInt128>> Symbols = new Dictionary<DataType, FrozenDictionary<string, UInt128>>
    {
        [DataType.Boolean] = Of("exists 1, missing 0"),
        [DataType.EtherType] = Of("ip 2048, ipv4 2048, arp 2054, ip6 34525, ipv6 34525, 8021q 33024, vlan 33024, 8021ad 34984"),
        [DataType.InetProtocol] = Of(
            """
            ip 0, hopopt 0, icmp 1, igmp 2, ggp 3, ipencap 4, ipv4 4, st 5, tcp 6, cbt 7, egp 8, igp 9, pup 12, udp 17, mux 18,
            dcn 19, hmp 20, prm 21, xns-idp 22, rdp 27, irtp 28, iso-tp4 29, netblt 30, dccp 33, 3pc 34, idpr 35, xtp 36, ddp 37,
            idpr-cmtp 38, il 40, ipv6 41, sdrp 42, ipv6-route 43, ipv6-frag 44, idrp 45, rsvp 46, gre 47, dsr 48, bna 49, esp 50,
            ipv6-crypt 50, ah 51, ipv6-auth 51, i-nlsp 52, swipe 53, narp 54, mobile 55, tlsp 56, skip 57, ipv6-icmp 58, icmpv6 58,
            icmp6 58, ipv6-nonxt 59, ipv6-opts 60, cftp 62, sat-expak 64, kryptolan 65, rvd 66, ippc 67, sat-mon 69, visa 70,
            ipcv 71, cpnx 72, rspf 73, cphb 73, wsn 74, pvp 75, br-sat-mon 76, sun-nd 77, wb-mon 78, wb-expak 79, iso-ip 80, vmtp 81,
            secure-vmtp 82, vines 83, ttp 84, nsfnet-igp 85, dgp 86, tcf 87, eigrp 88, ospf 89, ospfigp 89, sprite-rpc 90, larp 91,
            mtp 92, ax.25 93, ipip 94, micp 95, scc-sp 96, etherip 97, encap 98, gmtp 100, ifmp 101, pnni 102, pim 103, aris 104,
            scps 105, qnx 106, a/n 107, ipcomp 108, comp 108, snp 109, compaq-peer 110, ipx-in-ip 111, vrrp 112, carp 112, pgm 113,
            l2tp 115, ddx 116, iatp 117, stp 118, srp 119, uti 120, smp 121, sm 122, ptp 123, isis 124, fire 125, crtp 126,
            crudp 127, sscopmce 128, iplt 129, sps 130, pipe 131, sctp 132, fc 133, rsvp-e2e-ignore 134, mobility-header 135,
            ipv6-mh 135, mh 135, udplite 136, mpls-in-ip 137, manet 138, hip 139, shim6 140, wesp 141, rohc 142, ethernet 143
            """),
        [DataType.IcmpType] = Of(
            """
            echo-reply 0, destination-unreachable 3, source-quench 4, redirect 5, echo-request 8, router-advertisement 9,
            router-solicitation 10, time-exceeded 11, parameter-problem 12, timestamp-request 13, timestamp-reply 14,
            info-request 15, info-reply 16, address-mask-request 17, address-mask-reply 18
            """),
        [DataType.IcmpCode] = Of(
            """
            net-unreachable 0, host-unreachable 1, prot-unreachable 2, port-unreachable 3, frag-needed 4, net-prohibited 9,
            host-prohibited 10, admin-prohibited 13
            """),
        [DataType.Icmp6Type] = Of(
            """
            destination-unreachable 1, packet-too-big 2, time-exceeded 3, parameter-problem 4, echo-request 128, echo-reply 129,
            mld-listener-query 130, mld-listener-report 131, mld-listener-done 132, mld-listener-reduction 132,
            nd-router-solicit 133, nd-router-advert 134, nd-neighbor-solicit 135, nd-neighbor-advert 136, nd-redirect 137,
            router-renumbering 138, ind-neighbor-solicit 141, ind-neighbor-advert 142, mld2-listener-report 143
            """),
        [DataType.Icmp6Code] = Of("no-route 0, admin-prohibited 1, addr-unreachable 3, port-unreachable 4, policy-fail 5, reject-route 6"),
        [DataType.IcmpxCode] = Of("no-route 0, port-unreachable 1, host-unreachable 2, admin-prohibited 3"),
        [DataType.IgmpType] = Of("membership-query 17, membership-report-v1 18, membership-report-v2 22, membership-report-v3 34, leave-group 23"),
        [DataType.DccpType] = Of("request 0, response 1, data 2, ack 3, dataack 4, closereq 5, close 6, reset 7, sync 8, syncack 9"),
        [DataType.MobilityType] = Of(
            """
            binding-refresh-request 0, home-test-init 1, careof-test-init 2, home-test 3, careof-test 4, binding-update 5,
            binding-acknowledgement 6, binding-error 7, fast-binding-update 8, fast-binding-acknowledgement 9,
            fast-binding-advertisement 10, experimental-mobility-header 11, home-agent-switch-message 12
            """),
        // nft 1.1 prints these names, before that it was numbers (RFC 8684 section 8.2).
        [DataType.MptcpSubtype] = Of("mp-capable 0, mp-join 1, dss 2, add-addr 3, remove-addr 4, mp-prio 5, mp-fail 6, mp-fastclose 7, mp-tcprst 8"),
        [DataType.Dscp] = Of(
            """
            cs0 0, cs1 8, cs2 16, cs3 24, cs4 32, cs5 40, cs6 48, cs7 56, df 0, be 0, lephb 1, af11 10, af12 12, af13 14, af21 18,
            af22 20, af23 22, af31 26, af32 28, af33 30, af41 34, af42 36, af43 38, va 44, voice-admit 44, ef 46
            """),
        [DataType.Ecn] = Of("not-ect 0, ect1 1, ect0 2, ce 3"),
        [DataType.TcpFlag] = Of("fin 1, syn 2, rst 4, psh 8, ack 16, urg 32, ecn 64, ece 64, cwr 128"),
        [DataType.CtState] = Of("invalid 1, established 2, related 4, new 8, untracked 64"),
        [DataType.CtStatus] = Of(
            """
            expected 1, seen-reply 2, assured 4, confirmed 8, snat 16, dnat 32, dying 512, fixed-timeout 1024, template 2048,
            helper 8192, offload 16384, hw-offload 32768
            """),
        [DataType.CtDirection] = Of("original 0, reply 1"),
        [DataType.CtEvent] = Of("new 1, related 2, destroy 4, reply 8, assured 16, protoinfo 32, helper 64, mark 128, seqadj 256, secmark 512, label 1024"),
        [DataType.InterfaceType] = Of("ether 1, ppp 512, ipip 768, tunnel 768, ipip6 769, tunnel6 769, loopback 772, sit 776, ipgre 778"),
        [DataType.InterfaceGroup] = Of("default 0"),
        [DataType.NfProtocol] = Of("ipv4 2, ipv6 10, ip 2, ip6 10"),
        [DataType.PacketType] = Of("host 0, unicast 0, broadcast 1, multicast 2, other 3"),
        [DataType.FibAddressType] = Of(
            """
            unspec 0, unicast 1, local 2, broadcast 3, anycast 4, multicast 5, blackhole 6, unreachable 7, prohibit 8, throw 9,
            nat 10, xresolve 11
            """),
        [DataType.ArpOperation] = Of("request 1, reply 2, rrequest 3, rreply 4, inrequest 8, inreply 9, nak 10"),
        [DataType.Uid] = Of("root 0"),
        [DataType.Gid] = Of("root 0"),
        [DataType.Realm] = Of("cosmos 0"),
        [DataType.ClassId] = Of("none 0, root 4294967295"),
        [DataType.Day] = Of("sunday 0, monday 1, tuesday 2, wednesday 3, thursday 4, friday 5, saturday 6"),
        // The ports that old nft printed by name, and that people write: the rest is numbers in a listing.
        [DataType.InetService] = Of(
            """
            ftp-data 20, ftp 21, ssh 22, telnet 23, smtp 25, domain 53, bootps 67, bootpc 68, tftp 69, http 80, kerberos 88,
            pop3 110, sunrpc 111, ntp 123, netbios-ns 137, netbios-dgm 138, netbios-ssn 139, imap2 143, imap 143, snmp 161,
            snmp-trap 162, snmptrap 162, ldap 389, https 443, microsoft-ds 445, isakmp 500, syslog 514, submission 587, ipp 631,
            ldaps 636, domain-s 853, imaps 993, pop3s 995, openvpn 1194, nfs 2049, mysql 3306, ms-wbt-server 3389, ipsec-nat-t 4500,
            mdns 5353, postgresql 5432, http-alt 8080, zabbix-agent 10050
            """),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, DataType> Types = new Dictionary<string, DataType>(StringComparer.Ordinal)
    {
        ["integer"] = DataType.Integer,
        ["boolean"] = DataType.Boolean,
        ["string"] = DataType.Text,
        ["ipv4_addr"] = DataType.Ipv4Address,
        ["ipv6_addr"] = DataType.Ipv6Address,
        ["ether_addr"] = DataType.EtherAddress,
        ["lladdr"] = DataType.EtherAddress,
        ["ether_type"] = DataType.EtherType,
        ["inet_proto"] = DataType.InetProtocol,
        ["inet_service"] = DataType.InetService,
        ["icmp_type"] = DataType.IcmpType,
        ["icmp_code"] = DataType.IcmpCode,
        ["icmpv6_type"] = DataType.Icmp6Type,
        ["icmpv6_code"] = DataType.Icmp6Code,
        ["icmpx_code"] = DataType.IcmpxCode,
        ["igmp_type"] = DataType.IgmpType,
        ["dccp_pkttype"] = DataType.DccpType,
        ["mh_type"] = DataType.MobilityType,
        ["dscp"] = DataType.Dscp,
        ["ecn"] = DataType.Ecn,
        ["tcp_flag"] = DataType.TcpFlag,
        ["ct_state"] = DataType.CtState,
        ["ct_status"] = DataType.CtStatus,
        ["ct_dir"] = DataType.CtDirection,
        ["ct_event"] = DataType.CtEvent,
        ["ct_label"] = DataType.CtLabel,
        ["ct_id"] = DataType.Integer,
        ["mark"] = DataType.Mark,
        ["iface_index"] = DataType.InterfaceIndex,
        ["ifname"] = DataType.InterfaceName,
        ["iface_type"] = DataType.InterfaceType,
        ["devgroup"] = DataType.InterfaceGroup,
        ["nf_proto"] = DataType.NfProtocol,
        ["pkt_type"] = DataType.PacketType,
        ["fib_addrtype"] = DataType.FibAddressType,
        ["arp_op"] = DataType.ArpOperation,
        ["uid"] = DataType.Uid,
        ["gid"] = DataType.Gid,
        ["realm"] = DataType.Realm,
        ["classid"] = DataType.ClassId,
        ["time"] = DataType.Duration,
        ["hour"] = DataType.Hour,
        ["day"] = DataType.Day,
        ["cgroupsv2"] = DataType.ControlGroup,
        ["verdict"] = DataType.Verdict,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The number that a name stands for in a type; names of days in any case.</summary>
    public static bool TryGet(DataType type, string name, out UInt128 value)
    {
        value = 0;
        return Symbols.TryGetValue(type, out FrozenDictionary<string, UInt128>? names)
            && names.TryGetValue(type == DataType.Day ? name.ToLowerInvariant() : name, out value);
    }

    /// <summary>The number that a name stands for in a type, without making a string of it.</summary>
    public static bool TryGet(DataType type, ReadOnlySpan<char> name, out UInt128 value)
    {
        value = 0;
        return type == DataType.Day
            ? TryGet(type, name.ToString(), out value)
            : Symbols.TryGetValue(type, out FrozenDictionary<string, UInt128>? names) && names.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out value);
    }

    /// <summary>The type that a set's declaration names: <c>ipv4_addr</c>.</summary>
    public static bool TryType(string name, out DataType type) => Types.TryGetValue(name, out type);

    /// <summary>Whether values of the type are bit masks: compared without an operator they mean "any of these bits".</summary>
    public static bool IsBitmask(DataType type) =>
        type is DataType.CtState or DataType.CtStatus or DataType.CtEvent or DataType.CtLabel or DataType.TcpFlag;

    /// <summary>How many bits values of the type have; 0 where that depends on the field.</summary>
    public static int WidthOf(DataType type) => type switch
    {
        DataType.Ipv6Address or DataType.InterfaceName or DataType.Text or DataType.CtLabel => 128,
        DataType.ControlGroup or DataType.Time => 64,
        DataType.EtherAddress => 48,
        DataType.Ipv4Address or DataType.CtState or DataType.CtStatus or DataType.CtEvent or DataType.Mark or DataType.InterfaceIndex
            or DataType.InterfaceGroup or DataType.Uid or DataType.Gid or DataType.Realm or DataType.ClassId or DataType.Duration
            or DataType.Hour or DataType.FibAddressType => 32,
        DataType.EtherType or DataType.InetService or DataType.InterfaceType or DataType.ArpOperation => 16,
        DataType.InetProtocol or DataType.IcmpType or DataType.IcmpCode or DataType.Icmp6Type or DataType.Icmp6Code or DataType.IcmpxCode
            or DataType.IgmpType or DataType.MobilityType or DataType.TcpFlag or DataType.CtDirection or DataType.NfProtocol
            or DataType.PacketType or DataType.Day or DataType.Boolean => 8,
        DataType.Dscp => 6,
        DataType.DccpType or DataType.MptcpSubtype => 4,
        DataType.Ecn => 2,
        _ => 0,
    };

    private static FrozenDictionary<string, UInt128> Of(string names)
    {
        var all = new Dictionary<string, UInt128>(StringComparer.Ordinal);
        foreach (string pair in names.Split(',', StringSplitOptions.TrimEntries))
        {
            int space = pair.IndexOf(' ', StringComparison.Ordinal);
            all.Add(pair[..space], UInt128.Parse(pair.AsSpan(space + 1), CultureInfo.InvariantCulture));
        }

        return all.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
