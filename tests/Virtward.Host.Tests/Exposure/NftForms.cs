namespace Virtward.Host.Tests.Exposure;

/// <summary>Statements in every form that nft(8) describes, and rules as iptables' users have them.</summary>
internal static class NftForms
{
    /// <summary>Tables with sets, maps, objects and base chains of every family, without rules.</summary>
    public const string Tables =
        """
        table inet t {
            counter cnt1 { comment "x"; }
            quota q1 { over 10 mbytes used 0 bytes }
            quota q2 { 25 mbytes }
            limit l1 { rate 400/minute burst 5 packets }
            limit l2 { rate over 1 mbytes/second burst 100 kbytes }
            ct helper ftp1 { type "ftp" protocol tcp; l3proto ip; }
            ct timeout cttime { protocol tcp; l3proto ip; policy = { established : 122, close : 20 }; }
            ct expectation expect { protocol udp; dport 9876; timeout 2m; size 8; l3proto ip; }
            synproxy sp1 { mss 1460; wscale 7; timestamp sack-perm; }
            set s1 { type ipv4_addr; flags interval; auto-merge; elements = { 10.0.0.0/8, 192.168.1.5-192.168.1.77, 203.0.113.1 } }
            set s2 { type ipv4_addr . inet_service; flags interval; elements = { 10.0.0.0/8 . 22-80, 1.2.3.4 . 443 } }
            set s3 { typeof ip saddr . tcp dport; timeout 1h; gc-interval 10s; size 100; flags dynamic,timeout; counter; comment "hello # handle 5"; }
            set s4 { type ifname; flags interval; elements = { "wg*", "eth0", "lo" } }
            set s5 { type ipv6_addr; flags timeout; elements = { 2001:db8::1 timeout 1h expires 30m comment "a b", fe80::1 } }
            set s6 { typeof vlan id; elements = { 5, 6 } }
            set s7 { type mark; elements = { 0x1, 0x2a } }
            set s8 { type ether_addr; elements = { 52:54:00:12:34:56 } }
            set s9 { type inet_proto . inet_service; elements = { tcp . 22, udp . 53 } }
            set s10 { type ct_state; elements = { new, established } }
            set s11 { typeof tcp flags; elements = { syn, fin | ack, 0x0 } }
            set s12 { type icmp_type; elements = { echo-request, 99 } }
            set s13 { type ipv4_addr; flags interval; counter; elements = { 1.1.1.1 counter packets 3 bytes 4, * } }
            set s14 { type ipv4_addr; flags dynamic; size 100; limit rate over 10/second burst 5 packets; }
            set s15 { type ipv4_addr; flags dynamic; ct count over 5; elements = { 1.2.3.4 ct count over 5 } }
            set s16 { type ifname . ipv4_addr; elements = { "eth0" . 1.2.3.4 } }
            set s17 { typeof meta hour; flags interval; elements = { "10:00"-"12:00" } }
            map m1 { type ipv4_addr : verdict; elements = { 1.2.3.4 : accept, 5.6.7.8 : jump c1, * : drop } }
            map m2 { type inet_service : ipv4_addr . inet_service; elements = { 80 : 1.2.3.4 . 8080 } }
            map m3 { type ipv4_addr : mark; flags interval; elements = { 10.0.0.0/8 : 0x1, 11.0.0.0/8 : 0x2 } }
            map m4 { type ipv4_addr : counter; elements = { 1.2.3.4 : "cnt1" } }
            map m5 { typeof ip saddr . tcp dport : verdict; flags interval; elements = { 1.2.3.4-1.2.3.9 . 22 : accept, 10.0.0.0/8 . 80-90 : goto c1 } }
            map m6 { type ipv4_addr : quota; elements = { 1.2.3.4 : "q1" } }
            map m7 { type ifname . inet_service : verdict; elements = { "eth0" . 22 : drop } }
            map m8 { type ipv4_addr : interval ipv4_addr; flags interval; elements = { 10.0.0.1 : 10.1.1.0-10.1.1.9 } }
            map m9 { typeof iifname : verdict; flags interval; elements = { "wg*" : accept } }
            map m10 { type mark : classid; elements = { 0x1 : 1:10 } }
            map m11 { type ipv4_addr . inet_service : interval ipv4_addr . inet_service; flags interval; elements = { 10.0.0.1 . 80 : 10.1.1.1-10.1.1.9 . 80-90 } }
            map d1 { type ipv4_addr : mark; flags dynamic,timeout; size 100; }
            chain c1 { }
            chain forw { type filter hook forward priority filter + 10; policy drop; comment "chain comment"; }
            chain ingr { type filter hook ingress device "lo" priority -500; policy accept; }
        }
        table ip n {
            map pm { type inet_service : ipv4_addr . inet_service; elements = { 80 : 10.0.0.1 . 8080 } }
            chain pre { type nat hook prerouting priority dstnat; }
            chain post { type nat hook postrouting priority srcnat + 5; }
            chain out { type nat hook output priority -100; }
            chain man { type route hook output priority mangle; }
            chain f { type filter hook prerouting priority raw; }
        }
        table inet n2 {
            chain pre { type nat hook prerouting priority dstnat; }
            chain post { type nat hook postrouting priority srcnat; }
            chain f { type filter hook prerouting priority mangle; }
        }
        table arp a { chain i { type filter hook input priority filter - 5; }
        }
        table bridge b { chain p { type filter hook prerouting priority dstnat; }
         chain f { type filter hook forward priority filter; policy drop; }
         chain o { type filter hook output priority out; }
         chain s { type filter hook postrouting priority srcnat; }
        }
        table netdev d { chain i { type filter hook ingress devices = { "lo" } priority -500; }
         chain e { type filter hook egress device "lo" priority 0; }
        }
        table ip6 six { chain pre { type nat hook prerouting priority dstnat; }
         chain post { type nat hook postrouting priority srcnat; }
         chain f { type filter hook prerouting priority filter; }
        }
        table ip drop-x { comment "a table"; }
        """;

    /// <summary>Arguments of iptables-nft, a call a line.</summary>
    public const string IptablesRules =
        """
        -t nat -N DOCKER
        -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
        -t nat -A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER
        -t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
        -t nat -A POSTROUTING -s 192.168.122.0/24 ! -d 192.168.122.0/24 -p tcp -j MASQUERADE --to-ports 1024-65535
        -t nat -A POSTROUTING -s 192.168.122.0/24 -d 224.0.0.0/24 -j RETURN
        -t nat -A DOCKER -i docker0 -j RETURN
        -t nat -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
        -t nat -A PREROUTING -p tcp --dport 22 -j REDIRECT --to-ports 2222
        -t mangle -N LIBVIRT_PRT
        -t mangle -A POSTROUTING -j LIBVIRT_PRT
        -t mangle -A LIBVIRT_PRT -o virbr0 -p udp -m udp --dport 68 -j CHECKSUM --checksum-fill
        -t mangle -A PREROUTING -j MARK --set-xmark 0x1/0xff
        -t mangle -A PREROUTING -j CONNMARK --restore-mark
        -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
        -t mangle -A PREROUTING -m mark --mark 0x1/0xff -j ACCEPT
        -t raw -A PREROUTING -p tcp --dport 53 -j CT --notrack
        -t raw -A PREROUTING -m rpfilter --invert -j DROP
        -t filter -N ufw-before-input
        -t filter -N ufw-user-input
        -t filter -N DOCKER
        -t filter -N DOCKER-USER
        -t filter -N LIBVIRT_INP
        -t filter -A INPUT -j LIBVIRT_INP
        -t filter -A INPUT -j ufw-before-input
        -t filter -A ufw-before-input -i lo -j ACCEPT
        -t filter -A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -t filter -A ufw-before-input -m conntrack --ctstate INVALID -j DROP
        -t filter -A ufw-before-input -p icmp -m icmp --icmp-type 3 -j ACCEPT
        -t filter -A ufw-before-input -p icmp -m icmp --icmp-type 8 -j ACCEPT
        -t filter -A ufw-before-input -p udp -m udp --sport 67 --dport 68 -j ACCEPT
        -t filter -A ufw-before-input -m addrtype --dst-type LOCAL -j RETURN
        -t filter -A ufw-before-input -m addrtype --dst-type MULTICAST -j RETURN
        -t filter -A ufw-before-input -d 224.0.0.251/32 -p udp -m udp --dport 5353 -j ACCEPT
        -t filter -A ufw-user-input -p tcp -m tcp --dport 22 -m conntrack --ctstate NEW -m recent --set --name DEFAULT --mask 255.255.255.255 --rsource
        -t filter -A ufw-user-input -p tcp -m tcp --dport 22 -m conntrack --ctstate NEW -m recent --update --seconds 30 --hitcount 6 --name DEFAULT --mask 255.255.255.255 --rsource -j DROP
        -t filter -A ufw-user-input -p tcp -m multiport --dports 80,443,8000:8010 -j ACCEPT
        -t filter -A ufw-user-input -j REJECT --reject-with icmp-port-unreachable
        -t filter -A ufw-user-input -m iprange --src-range 10.0.0.1-10.0.0.9 -j ACCEPT
        -t filter -A ufw-user-input -m mac --mac-source 52:54:00:12:34:56 -j ACCEPT
        -t filter -A ufw-user-input -m owner --uid-owner 0 -j ACCEPT
        -t filter -A ufw-user-input -p tcp -m connlimit --connlimit-above 3 --connlimit-mask 32 --connlimit-saddr -j DROP
        -t filter -A ufw-user-input -p tcp -m hashlimit --hashlimit-above 10/sec --hashlimit-mode srcip --hashlimit-name x -j DROP
        -t filter -A ufw-user-input -m statistic --mode random --probability 0.5 -j ACCEPT
        -t filter -A ufw-user-input -p tcp -m tcp ! --syn -j DROP
        -t filter -A ufw-user-input -p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG NONE -j DROP
        -t filter -A ufw-user-input -m pkttype --pkt-type broadcast -j DROP
        -t filter -A ufw-user-input -m ttl --ttl-lt 5 -j DROP
        -t filter -A ufw-user-input -m length --length 100:200 -j DROP
        -t filter -A ufw-user-input -m state --state NEW -j NFLOG --nflog-group 3
        -t filter -A ufw-user-input -m physdev --physdev-in eth0 -j ACCEPT
        -t filter -A ufw-user-input -f -j DROP
        -t filter -A ufw-user-input -p 47 -g DOCKER
        -t filter -A ufw-user-input -i wg+ -j ACCEPT
        -t filter -A ufw-user-input -m dscp --dscp 0x08 -j ACCEPT
        -t filter -A ufw-user-input -m time --timestart 10:00 --timestop 12:00 -j ACCEPT
        -t filter -A FORWARD -j DOCKER-USER
        -t filter -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -t filter -A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
        -t filter -A DOCKER-USER -j RETURN
        """;
}
