namespace Virtward.Host.Tests.Exposure;

/// <summary>Statements in every form that nft(8) describes.</summary>
internal static class NftRules
{
    /// <summary>A rule a line: family, table, chain, statements.</summary>
    public const string All =
        """
        inet t forw iif lo accept
        inet t forw iif != lo accept
        inet t forw iif { lo } accept
        inet t forw iifname lo
        inet t forw iifname "wg*"
        inet t forw iifname != { "eth0", "wg*" }
        inet t forw oifname { eth0, eth1 }
        inet t forw oif vmap { lo : accept }
        inet t forw iifname . oifname { eth0 . eth1, eth2 . eth3 } accept
        inet t forw iiftype ether
        inet t forw oiftype { loopback, ppp }
        inet t forw iifgroup default
        inet t forw iifgroup 5
        inet t forw iifkind "vlan"
        inet t forw meta iifkind "bridge"
        inet t forw meta length > 1000
        inet t forw meta length 100-200
        inet t forw meta length != 100-200
        inet t forw meta length { 33-55, 67-88 }
        inet t forw meta protocol ip
        inet t forw meta protocol { ip, arp, ip6, 8021q }
        inet t forw meta nfproto ipv4
        inet t forw meta nfproto { ipv4, ipv6 }
        inet t forw meta l4proto tcp
        inet t forw meta l4proto != { tcp, udp, icmp, ipv6-icmp }
        inet t forw meta l4proto 22
        inet t forw meta l4proto 33-55
        inet t forw meta priority root
        inet t forw meta priority none
        inet t forw meta priority 1:a0
        inet t forw meta priority bcad:dada-bcad:dadc
        inet t forw meta priority != { bcad:dada, bcad:dadc, aaaa:bbbb }
        inet t forw meta mark 0x4
        inet t forw meta mark and 0x03 == 0x01
        inet t forw meta mark & 0x03 != 0x01
        inet t forw meta mark | 0x03 == 0x01
        inet t forw meta mark ^ 0x03 != 0x01
        inet t forw meta mark and 0xff 5
        inet t forw meta mark 0x10-0x20
        inet t forw meta mark { 0x10, 0x20-0x30 }
        inet t forw meta mark set 0xffffffc8 ^ 0x16
        inet t forw meta mark set 0x1
        inet t forw meta mark set meta mark | 0x10 accept
        inet t forw meta mark set ct mark
        inet t forw meta mark set ct mark & 0xff
        inet t forw meta mark set ip saddr map { 10.0.0.1 : 0x1, 10.0.0.2 : 0x2 }
        inet t forw meta mark set ip saddr map @m3
        inet t forw meta mark set ip dscp << 8
        inet t forw meta mark set jhash ip saddr mod 2 seed 0xdeadbeef
        inet t forw meta mark set symhash mod 2 offset 100
        inet t forw meta mark set numgen inc mod 2 offset 100
        inet t forw meta mark set numgen random mod 10 map { 0-2 : 0x1, 3-9 : 0x2 }
        inet t forw meta mark set jhash ip saddr . ip daddr mod 2 seed 0xdeadbeef offset 100
        inet t forw meta priority set 1:10
        inet t forw meta priority set ip dscp map { cs1 : 1:10, cs2 : 1:20 }
        inet t forw meta pkttype set host
        inet t forw meta nftrace set 1
        inet t forw meta skuid 1000
        inet t forw meta skuid { 0, 1000-2000 }
        inet t forw meta skuid root
        inet t forw meta skgid != 1000
        inet t forw meta cgroup 1048577
        inet t forw meta cgroup { 1048577, 1048578 }
        inet t forw meta rtclassid cosmos
        inet t forw meta rtclassid 5
        inet t forw meta cpu 1-3
        inet t forw meta random > 100
        inet t forw meta secpath exists
        inet t forw meta secpath missing
        inet t forw meta ipsec exists
        inet t forw meta pkttype { broadcast, unicast, multicast, other }
        inet t forw meta time "2030-06-21 16:56:14"
        inet t forw meta time "2030-06-21 16:56:14"-"2031-06-21 16:56:14"
        inet t forw meta day "Saturday"
        inet t forw meta day { "Saturday", "Sunday" }
        inet t forw meta day 6
        inet t forw meta hour "17:00"-"17:02"
        inet t forw meta hour >= "23:00"
        inet t forw meta sdif lo
        inet t forw meta sdifname != vrf1
        inet t forw ct state new,established,related,untracked
        inet t forw ct state invalid drop
        inet t forw ct state != invalid
        inet t forw ct state != { new, established }
        inet t forw ct state { new, established }
        inet t forw ct state == new
        inet t forw ct state ! new
        inet t forw ct state & (new | established) == new
        inet t forw ct state & (new | related) != 0
        inet t forw ct state . ct mark { new . 0x1, established . 0x2 }
        inet t forw ct state vmap { new : accept, established : drop, untracked : goto c1 }
        inet t forw ct state . ct mark vmap { new . 0x1 : accept }
        inet t forw ct direction original
        inet t forw ct direction != reply
        inet t forw ct direction { original, reply }
        inet t forw ct status expected
        inet t forw ct status { expected, seen-reply, assured, confirmed, dying }
        inet t forw ct status snat,dnat
        inet t forw ct status ! dnat
        inet t forw ct status & (snat|dnat) == 0
        inet t forw ct status != dnat
        inet t forw ct mark 0
        inet t forw ct mark or 0x23 == 0x11
        inet t forw ct mark 0x32-0x45
        inet t forw ct mark set 0x11 xor 0x1331
        inet t forw ct mark set meta mark
        inet t forw ct mark set meta mark map { 0x1 : 0x2 }
        inet t forw ct mark set ct mark and 0xff or 0x10
        inet t forw ct expiration 30s
        inet t forw ct expiration 33-45
        inet t forw ct expiration { 33, 55, 67 }
        inet t forw ct helper "ftp"
        inet t forw ct helper != "ftp"
        inet t forw ct label 127
        inet t forw ct label set 127
        inet t forw ct event set new
        inet t forw ct event set new,related,destroy,label
        inet t forw ct zone 5
        inet t forw ct original zone 5
        inet t forw ct zone set 1
        inet t forw ct zone set iifname map { "eth0" : 1, "eth1" : 2 }
        inet t forw ct original zone set 1
        inet t forw ct original ip saddr 1.2.3.4
        inet t forw ct reply ip6 saddr dead::beef
        inet t forw ct original ip daddr { 10.0.0.0/8, 1.2.3.4 }
        inet t forw ct original protocol tcp
        inet t forw ct original l3proto ipv4
        inet t forw ct original proto-dst 22
        inet t forw ct reply proto-src != 80
        inet t forw ct reply proto-dst { 1-5 }
        inet t forw ct l3proto ipv6
        inet t forw ct protocol { tcp, udp }
        inet t forw ct bytes > 100000
        inet t forw ct packets 1-10
        inet t forw ct avgpkt > 200
        inet t forw ct original bytes > 100000
        inet t forw ct id 12345
        inet t forw ct count 3
        inet t forw ct count over 20 drop
        inet t forw ct helper set "ftp1"
        inet t forw ct timeout set "cttime"
        inet t forw ct expectation set "expect"
        inet t forw ip saddr . tcp dport @s2
        inet t forw ip saddr . tcp dport != @s2
        inet t forw ip saddr . tcp dport vmap @m5
        inet t forw ip saddr vmap @m1
        inet t forw iifname . tcp dport vmap @m7
        inet t forw iifname vmap @m9
        inet t forw ip saddr @s1 accept
        inet t forw ip saddr != @s1 drop
        inet t forw counter name ip saddr map @m4
        inet t forw quota name ip saddr map @m6
        inet t forw counter name "cnt1"
        inet t forw quota name "q1" drop
        inet t forw limit name "l1" accept
        inet t forw limit name tcp dport map { 22 : "l1", 80 : "l2" }
        inet t forw counter name tcp dport map { 22 : "cnt1" }
        inet t forw synproxy name "sp1"
        inet t forw synproxy mss 1460 wscale 7 timestamp sack-perm
        inet t forw synproxy
        inet t forw ether saddr 52:54:00:12:34:56
        inet t forw ether daddr != { 52:54:00:12:34:56, 00:01:02:03:04:05 }
        inet t forw ether saddr 00:0f:54:0c:11:00-00:0f:54:0c:11:ff
        inet t forw ether type ip
        inet t forw ether saddr . ip saddr { 00:11:22:33:44:55 . 10.0.0.1 }
        inet t forw ether saddr and ff:ff:ff:00:00:00 == 52:54:00:00:00:00
        inet t forw ether saddr & 01:00:00:00:00:00 != 00:00:00:00:00:00
        inet t forw arp operation request
        inet t forw arp operation { nak, inreply }
        inet t forw arp saddr ip 1.2.3.4
        inet t forw arp daddr ether aa:bb:cc:aa:bb:cc
        inet t forw arp htype 1
        inet t forw arp ptype ip
        inet t forw arp hlen 6
        inet t forw ip saddr 10.0.0.0/8
        inet t forw ip saddr 10.0.0.1-10.0.0.9
        inet t forw ip saddr != 10.0.0.1-10.0.0.9
        inet t forw ip saddr & 255.255.255.3 == 198.51.100.1
        inet t forw ip saddr & 0.0.0.255 < 0.0.0.127
        inet t forw ip saddr { 10.0.0.0/8, 192.168.0.0/16, 1.2.3.4, 5.5.5.5-6.6.6.6 }
        inet t forw ip saddr != { 10.0.0.0/8 }
        inet t forw ip saddr > 10.0.0.1
        inet t forw ip daddr . tcp dport . ip saddr { 1.1.1.1 . 80 . 10.0.0.0/8 }
        inet t forw ip version 4
        inet t forw ip hdrlength 5-15
        inet t forw ip dscp cs1
        inet t forw ip dscp != { cs0, af11, 0x05 }
        inet t forw ip dscp ef
        inet t forw ip dscp lephb
        inet t forw ip dscp 0x38-0x3f
        inet t forw ip dscp { 0x08, 0x10-0x18 }
        inet t forw ip dscp set cs1
        inet t forw ip dscp set 0x05
        inet t forw ip dscp vmap { cs1 : accept, cs3 : drop }
        inet t forw ip ecn ce
        inet t forw ip ecn { ect0, ect1 }
        inet t forw ip ecn set ce
        inet t forw ip length 333-435
        inet t forw ip id != { 33, 55, 67, 88 }
        inet t forw ip frag-off 222
        inet t forw ip frag-off & 0x1fff != 0x0
        inet t forw ip frag-off & 0x2000 != 0
        inet t forw ip frag-off & 0x4000 == 0x4000
        inet t forw ip ttl < 5
        inet t forw ip ttl { 43, 53, 45 }
        inet t forw ip ttl set 64
        inet t forw ip protocol tcp
        inet t forw ip protocol { icmp, esp, ah, comp, udp, udplite, tcp, dccp, sctp }
        inet t forw ip protocol != 17
        inet t forw ip protocol > 17
        inet t forw ip checksum 13172
        inet t forw ip option lsrr exists
        inet t forw ip option lsrr type 1
        inet t forw ip option rr ptr 1
        inet t forw ip option ra value 0
        inet t forw ip option ssrr addr 1.2.3.4
        inet t forw ip6 saddr 2001:db8::/32
        inet t forw ip6 saddr ::1
        inet t forw ip6 saddr { fe80::/10, ::1, 2001:db8::1-2001:db8::ffff }
        inet t forw ip6 saddr & ffff:ffff:ffff:ffff:: == 2001:db8::
        inet t forw ip6 daddr != fd00::/8
        inet t forw ip6 saddr & ::ffff == ::1
        inet t forw ip6 version 6
        inet t forw ip6 dscp cs1
        inet t forw ip6 dscp { cs1, ef }
        inet t forw ip6 dscp set af11
        inet t forw ip6 ecn ect0
        inet t forw ip6 flowlabel 22
        inet t forw ip6 flowlabel { 33, 55, 67 }
        inet t forw ip6 flowlabel set 0
        inet t forw ip6 length 33-45
        inet t forw ip6 nexthdr tcp
        inet t forw ip6 nexthdr { udplite, ipcomp, udp, ah, sctp, esp, dccp, tcp, ipv6-icmp }
        inet t forw ip6 hoplimit < 3
        inet t forw ip6 hoplimit set 1
        inet t forw icmp type echo-request
        inet t forw icmp type { echo-reply, destination-unreachable, 33-55 }
        inet t forw icmp type != echo-request
        inet t forw icmp type . icmp code { echo-request . 0, destination-unreachable . 3 }
        inet t forw icmp code 111
        inet t forw icmp code port-unreachable
        inet t forw icmp code { 2, 4, 54, 33, 56 }
        inet t forw icmp checksum 12343
        inet t forw icmp id 1245
        inet t forw icmp sequence 33-45
        inet t forw icmp mtu 1500
        inet t forw icmp gateway 22
        inet t forw icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, mld2-listener-report }
        inet t forw icmpv6 type echo-request
        inet t forw icmpv6 type 5
        inet t forw icmpv6 code no-route
        inet t forw icmpv6 code 4
        inet t forw icmpv6 mtu 1280
        inet t forw icmpv6 id 3
        inet t forw icmpv6 sequence != 3
        inet t forw icmpv6 parameter-problem 35
        inet t forw icmpv6 max-delay 33-45
        inet t forw icmpv6 type packet-too-big icmpv6 mtu 1280
        inet t forw igmp type membership-query
        inet t forw igmp type { membership-report-v1, leave-group }
        inet t forw igmp mrt 10
        inet t forw tcp dport 22
        inet t forw tcp dport != 22
        inet t forw tcp dport { 22, 80-90 }
        inet t forw tcp dport != { 22 }
        inet t forw tcp sport > 1024
        inet t forw tcp sport >= 1024 tcp dport < 100
        inet t forw tcp dport 22-80
        inet t forw tcp dport vmap { 22 : accept, 23-25 : drop, 443 : jump c1 }
        inet t forw tcp sequence 42
        inet t forw tcp ackseq { 42, 43 }
        inet t forw tcp doff 8
        inet t forw tcp reserved 1
        inet t forw tcp window 22
        inet t forw tcp checksum != 22
        inet t forw tcp urgptr 1234
        inet t forw tcp flags syn
        inet t forw tcp flags syn,ack
        inet t forw tcp flags != syn
        inet t forw tcp flags == syn
        inet t forw tcp flags == 0x0
        inet t forw tcp flags { fin, syn | ack }
        inet t forw tcp flags != { fin, syn }
        inet t forw tcp flags & (fin | syn | rst | ack) == syn
        inet t forw tcp flags & (fin | syn | rst | ack) != syn
        inet t forw tcp flags & (fin | syn) == (fin | syn)
        inet t forw tcp flags & (fin | syn | rst | psh | ack | urg) == 0
        inet t forw tcp flags & (fin | syn | rst | psh | ack | urg) == (fin | psh | urg)
        inet t forw tcp flags & (syn | rst) != 0
        inet t forw tcp flags & 0x10 == 0
        inet t forw tcp flags ! syn,rst
        inet t forw tcp flags syn / syn,ack
        inet t forw tcp flags vmap { syn : accept, ack : drop }
        inet t forw tcp flags & (syn|ack) vmap { syn : accept, syn | ack : drop }
        inet t forw tcp option maxseg size 1-1000
        inet t forw tcp option maxseg size < 536
        inet t forw tcp option maxseg exists
        inet t forw tcp option sack-perm exists
        inet t forw tcp option sack-perm missing
        inet t forw tcp option sack exists
        inet t forw tcp option sack0 left 1
        inet t forw tcp option window count 5
        inet t forw tcp option timestamp tsval 1
        inet t forw tcp option timestamp tsecr 1
        inet t forw tcp option eol exists
        inet t forw tcp option nop length 1
        inet t forw tcp option fastopen exists
        inet t forw tcp option md5sig exists
        inet t forw tcp option mptcp exists
        inet t forw tcp option mptcp subtype 1
        inet t forw tcp option @255,8,8 255
        inet t forw udp dport { 53, 67-68 }
        inet t forw udp length > 100
        inet t forw udp checksum 33
        inet t forw udp sport . udp dport { 1 . 2 }
        inet t forw udplite dport 5
        inet t forw udplite checksum 33
        inet t forw sctp sport 23
        inet t forw sctp dport { 23, 24 }
        inet t forw sctp vtag 33
        inet t forw sctp checksum 33-34
        inet t forw sctp chunk data exists
        inet t forw sctp chunk init num-inbound-streams 5
        inet t forw sctp chunk data flags 1
        inet t forw dccp dport 23
        inet t forw dccp type request
        inet t forw dccp type { request, response }
        inet t forw ah spi 111-222
        inet t forw ah hdrlength 11
        inet t forw ah reserved 22
        inet t forw ah sequence 123
        inet t forw esp spi 100
        inet t forw esp sequence 22-24
        inet t forw comp flags 0x0
        inet t forw comp cpi 22
        inet t forw th dport 53
        inet t forw th dport { 22, 53 }
        inet t forw th sport . th dport { 1 . 2 }
        inet t forw meta l4proto . th dport { tcp . 22, udp . 53 }
        inet t forw @th,0,16 22
        inet t forw @th,16,16 { 22, 80 }
        inet t forw @th,64,32 0xdeadbeef
        inet t forw @nh,8,8 0x1
        inet t forw @ll,0,48 0x525400123456
        inet t forw @ih,32,32 0x14000000
        inet t forw @th,160,128 0x1
        inet t forw @nh,0,4 & 0x4 == 0x4
        inet t forw exthdr frag exists
        inet t forw exthdr hbh missing
        inet t forw hbh nexthdr tcp
        inet t forw hbh hdrlength 1
        inet t forw dst nexthdr udp
        inet t forw frag nexthdr tcp
        inet t forw frag frag-off 22
        inet t forw frag more-fragments 1
        inet t forw frag id 1
        inet t forw frag reserved2 1
        inet t forw mh type binding-refresh-request
        inet t forw mh nexthdr ipv6-icmp
        inet t forw mh checksum 1
        inet t forw rt nexthdr tcp
        inet t forw rt type 0
        inet t forw rt seg-left 1
        inet t forw rt hdrlength 1
        inet t forw srh flags 1
        inet t forw srh tag 5
        inet t forw srh sid[1] dead::beef
        inet t forw rt classid cosmos
        inet t forw rt ip nexthop 192.168.0.1
        inet t forw rt ip6 nexthop fd00::1
        inet t forw rt mtu > 1300
        inet t forw rt ipsec exists
        inet t forw fib daddr type local
        inet t forw fib daddr type { broadcast, multicast, anycast }
        inet t forw fib daddr type != local drop
        inet t forw fib saddr . iif oif missing drop
        inet t forw fib saddr . iif oif exists
        inet t forw fib saddr . mark . iif oif 0
        inet t forw fib daddr . iif type local
        inet t forw fib daddr . iif type vmap { blackhole : drop, prohibit : jump c1, unicast : drop }
        inet t forw fib daddr oifname "lo"
        inet t forw fib daddr oif lo
        inet t forw fib daddr oif { lo }
        inet t forw socket transparent 1
        inet t forw socket transparent 0
        inet t forw socket mark 0x00000001
        inet t forw socket wildcard 0
        inet t forw socket cgroupv2 level 1 "user.slice"
        inet t forw osf name "Linux"
        inet t forw osf ttl loose version "Linux:4.20"
        inet t forw osf name { "Windows", "MacOs" }
        inet t forw ipsec in reqid 1
        inet t forw ipsec in ip saddr 192.168.1.0/24
        inet t forw ipsec out spi 5
        inet t forw numgen inc mod 2 0
        inet t forw numgen random mod 10 < 3
        inet t forw numgen inc mod 2 vmap { 0 : accept, 1 : drop }
        inet t forw symhash mod 2 1
        inet t forw jhash ip saddr mod 2 vmap { 0 : accept, 1 : drop }
        inet t forw limit rate 10/second
        inet t forw limit rate over 400/hour burst 10 packets drop
        inet t forw limit rate 10 mbytes/second
        inet t forw limit rate over 512 kbytes/second burst 1025 bytes
        inet t forw limit rate 1/day
        inet t forw limit rate 3/week burst 2 packets
        inet t forw quota over 1000 mbytes
        inet t forw quota 10 bytes
        inet t forw quota over 10 kbytes used 2 kbytes
        inet t forw log
        inet t forw log prefix "aaaaa # handle 3 " level debug flags all
        inet t forw log prefix "x" group 2 snaplen 33 queue-threshold 2
        inet t forw log level audit
        inet t forw log flags tcp sequence,options
        inet t forw log flags ip options flags skuid flags ether
        inet t forw counter
        inet t forw counter packets 5 bytes 10 accept
        inet t forw comment "just" accept
        inet t forw tcp dport 22 accept comment "with # handle 99 and { braces"
        inet t forw reject
        inet t forw reject with tcp reset
        inet t forw reject with icmp port-unreachable
        inet t forw reject with icmp admin-prohibited
        inet t forw reject with icmpv6 no-route
        inet t forw reject with icmpx port-unreachable
        inet t forw reject with icmpx admin-prohibited
        inet t forw notrack
        inet t forw queue
        inet t forw queue to 1
        inet t forw queue num 1-3 bypass
        inet t forw queue flags bypass,fanout to 1-3
        inet t forw queue flags bypass to symhash mod 65536
        inet t forw queue to numgen inc mod 4
        inet t forw queue to oifname map { "eth0" : 0, "eth1" : 2 }
        inet t forw dup to 1.2.3.4
        inet t forw dup ip to 1.2.3.4 device "lo"
        inet t forw add @s3 { ip saddr . tcp dport }
        inet t forw update @s3 { ip saddr . tcp dport timeout 5s counter }
        inet t forw delete @s3 { ip saddr . tcp dport }
        inet t forw add @s14 { ip saddr limit rate over 3/minute }
        inet t forw add @s15 { ip saddr ct count over 5 } reject
        inet t forw update @d1 { ip saddr timeout 30s : 0x5 }
        inet t forw update @d1 { ip saddr : meta mark }
        inet t forw meter m100 { ip saddr timeout 1h limit rate 10/second } accept
        inet t forw meter m101 size 1024 { tcp dport . ip saddr limit rate over 3/minute burst 2 packets } drop
        inet t forw jump c1
        inet t forw goto c1
        inet t forw return
        inet t forw continue
        inet t forw drop
        inet t forw jump { tcp dport 22 accept ; udp dport 53 drop ; }
        inet t forw last
        inet t forw tcp option maxseg size set 1360
        inet t forw reset tcp option sack-perm
        ip n pre dnat to 10.0.0.1
        ip n pre tcp dport 80 dnat to 10.0.0.1:8080
        ip n pre tcp dport 80 dnat to 10.0.0.1-10.0.0.9:80-90 random,persistent
        ip n pre tcp dport 80 dnat to 10.0.0.1:80-90 fully-random
        ip n pre dnat to tcp dport map @pm
        ip n pre dnat to ip saddr map { 1.2.3.4 : 10.0.0.1, 1.2.3.5 : 10.0.0.2 }
        ip n pre tcp dport 8080 dnat to ip daddr map { 1.2.3.4 : 10.0.0.1 }:80
        ip n pre dnat to numgen inc mod 2 map { 0 : 10.0.0.1, 1 : 10.0.0.2 }
        ip n pre dnat to jhash ip saddr . tcp dport mod 2 map { 0 : 10.0.0.1 . 80, 1 : 10.0.0.2 . 8080 }
        ip n pre dnat ip to iifname . ip saddr map { "eth0" . 1.2.3.4 : 10.0.0.1/24 }
        ip n pre dnat ip prefix to ip daddr map { 10.141.11.0/24 : 192.168.2.0/24 }
        ip n pre tcp dport 22 redirect to :2222
        ip n pre redirect
        ip n pre tcp dport 80 redirect to :8000-8010 random
        ip n pre redirect to :tcp dport map { 22 : 8000, 80 : 8080 }
        ip n pre ip protocol tcp dnat to 10.0.0.1:tcp dport map { 22 : 8000 }
        ip n post snat to 1.2.3.4
        ip n post snat to 1.2.3.4-1.2.3.9 persistent
        ip n post ip protocol tcp snat to 1.2.3.4:1024-65535 random
        ip n post masquerade
        ip n post masquerade random,persistent
        ip n post ip protocol tcp masquerade to :1024-65535 fully-random
        ip n post snat ip prefix to ip saddr map { 10.141.11.0/24 : 192.168.2.0/24 }
        ip n out dnat to 127.0.0.1
        ip n f dup to 10.0.0.1
        ip n f dup to 10.0.0.1 device "lo"
        ip n f dup to ip saddr map { 1.2.3.4 : 10.0.0.1 } device "lo"
        ip n f tcp dport 80 tproxy to 127.0.0.1:50080
        ip n f tcp dport 80 tproxy to :50080
        ip n f tcp dport 80 tproxy to 127.0.0.1
        ip n f rt nexthop 1.2.3.4
        ip n f ct original saddr 1.2.3.4
        ip n f ct original ip saddr . ct reply proto-src { 1.2.3.4 . 80 }
        ip n f meta l4proto tcp ct original proto-dst 22
        ip n f meta l4proto tcp ct reply proto-dst { 1-5, 80 }
        ip n f ip protocol . th dport { tcp . 22 }
        ip n f icmp code 3
        ip n f ip saddr . meta mark { 1.2.3.4 . 0x1 }
        ip n f reject with icmp host-unreachable
        inet n2 pre dnat ip to 10.0.0.1
        inet n2 pre dnat ip6 to fd00::1
        inet n2 pre tcp dport 80 dnat ip6 to [fd00::1]:80
        inet n2 pre tcp dport 80 dnat ip6 to [fd00::1]-[fd00::9]:80-90
        inet n2 pre dnat ip6 to fd00::1-fd00::9
        inet n2 pre dnat ip to tcp dport map { 80 : 10.0.0.1 . 8080 }
        inet n2 pre dnat ip6 to tcp dport map { 80 : fd00::1 . 8080 }
        inet n2 pre dnat ip6 to ip6 daddr map { fd00::1 : fd00::2 }
        inet n2 pre meta l4proto tcp redirect to :80
        inet n2 post masquerade
        inet n2 post snat ip to 1.2.3.4
        inet n2 post ip6 saddr fd00::/8 masquerade random
        inet n2 f meta l4proto tcp tproxy ip to 127.0.0.1:50080
        inet n2 f meta l4proto tcp tproxy ip6 to [::1]:50080
        inet n2 f meta l4proto tcp tproxy to :50080
        inet n2 f meta l4proto udp ct original proto-src 53
        inet n2 f ct original ip saddr . ct original ip daddr { 1.2.3.4 . 5.6.7.8 }
        ip6 six pre dnat to fd00::1
        ip6 six pre tcp dport 80 dnat to [fd00::1]:80
        ip6 six pre tcp dport 80 dnat to [fd00::1]:80-90 persistent
        ip6 six pre dnat to ip6 saddr map { fd00::1 : fd00::2 }
        ip6 six post snat to fd00::1-fd00::5
        ip6 six post masquerade
        ip6 six f rt nexthop fd00::1
        ip6 six f dup to fd00::1 device "lo"
        ip6 six f frag more-fragments 1 drop
        ip6 six f ip6 saddr . ip6 daddr { fd00::1 . fd00::2 }
        ip6 six f meta l4proto tcp tproxy to [::1]:80
        ip6 six f icmpv6 type nd-neighbor-solicit icmpv6 code 0
        ip6 six f icmpv6 taddr fd00::1
        ip6 six f reject with icmpv6 addr-unreachable
        arp a i arp operation request
        arp a i arp operation { reply, nak }
        arp a i arp saddr ip 1.2.3.4 arp daddr ip != 1.2.3.5
        arp a i arp saddr ether aa:bb:cc:dd:ee:ff
        arp a i arp htype 1 arp ptype ip arp hlen 6 arp plen 4
        arp a i iifname "eth0" meta mark 0x1
        bridge b p meta ibrname "br0"
        bridge b p meta obrname != "br0"
        bridge b p meta ibrpvid 5
        bridge b p meta ibrvproto 8021q
        bridge b f ether type vlan vlan id 5
        bridge b f vlan id { 5, 10-20 } vlan pcp 3
        bridge b f vlan id 5 ip saddr 1.2.3.4
        bridge b f vlan dei 1
        bridge b f vlan type ip
        bridge b f ether type arp arp operation request
        bridge b f ether type ip6 icmpv6 type echo-request
        bridge b f ether saddr . iifname { aa:bb:cc:dd:ee:ff . "vnet0" } accept
        bridge b f ether type 0x9000 drop
        bridge b f meta protocol . vlan id { ip . 5 }
        bridge b p meta broute set 1
        bridge b f meta pkttype { broadcast, multicast } limit rate 10/second accept
        bridge b p reject with icmpx port-unreachable
        bridge b f iifname "vnet0" ip saddr != 192.168.122.5 drop
        netdev d i fwd to "lo"
        netdev d i dup to "lo"
        netdev d i fwd ip to 10.0.0.1 device "lo"
        netdev d i vlan id 5 ip saddr 1.2.3.4 drop
        netdev d i ip saddr 1.2.3.4 tcp dport 22 drop
        netdev d i tcp dport { 22 } accept
        netdev d i ether daddr & 01:00:00:00:00:00 == 00:00:00:00:00:00
        netdev d i fwd to iifname map { "lo" : "lo" }
        netdev d i ether type . ip protocol { ip . tcp }
        netdev d e ip daddr 1.2.3.4 drop
        netdev d i iif "lo" meta mark set 0x1
        netdev d i @ll,96,16 0x800
        """;
}
