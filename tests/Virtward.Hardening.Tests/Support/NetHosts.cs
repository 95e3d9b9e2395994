using Virtward.Core.Snapshots;

namespace Virtward.Hardening.Tests.Support;

/// <summary>Hosts for the checks of exposure and firewalls.</summary>
internal static class NetHosts
{
    /// <summary>A table of one's own that does all that the checks ask for, on the host of <see cref="TestHost"/>.</summary>
    public const string Closed = """
        table inet filter { # handle 1
        	set m4 { # handle 2
        		type ipv4_addr
        		size 65535
        		flags dynamic,timeout
        		timeout 5m
        	}
        	chain early { # handle 3
        		type filter hook prerouting priority -350; policy accept;
        		iifname != "lo" ip daddr 127.0.0.0/8 drop # handle 4
        		iifname != "lo" ip6 daddr ::1 drop # handle 5
        		iifname { "eth0", "virbr0" } fib saddr . iif oif 0 drop # handle 6
        	}
        	chain input { # handle 10
        		type filter hook input priority filter; policy drop;
        		ct state established,related accept # handle 11
        		iifname "lo" accept # handle 12
        		ct state invalid drop # handle 13
        		tcp flags & (fin | syn | rst | ack) != syn ct state new drop # handle 14
        		icmp type { destination-unreachable, time-exceeded, parameter-problem } accept # handle 15
        		icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } accept # handle 16
        		iifname "eth1" tcp dport 22 accept # handle 17
        		iifname "virbr0" udp dport { 53, 67 } accept # handle 18
        		iifname "virbr0" tcp dport 53 accept # handle 19
        		iifname "eth0" udp dport 51820 accept # handle 20
        		limit rate 10/second burst 20 packets log prefix "drop: " # handle 21
        	}
        	chain forward { # handle 30
        		type filter hook forward priority filter; policy drop;
        		ct state established,related accept # handle 31
        		iifname "virbr0" oifname "eth0" accept # handle 32
        	}
        	chain output { # handle 40
        		type filter hook output priority filter; policy drop;
        		ct state established,related accept # handle 41
        		oifname "lo" accept # handle 42
        		meta l4proto { icmp, ipv6-icmp } accept # handle 43
        		udp dport { 53, 67, 123, 51820 } accept # handle 44
        		tcp dport { 53, 80, 443 } accept # handle 45
        	}
        }

        """;

    /// <summary>Units of a host whose rules nftables.service loads.</summary>
    public const string NftablesUnits = """
        Id=nftables.service
        LoadState=loaded
        ActiveState=active
        UnitFileState=enabled
        Before=network-pre.target shutdown.target

        Id=firewalld.service
        LoadState=not-found
        ActiveState=inactive
        UnitFileState=
        Before=

        Id=ufw.service
        LoadState=not-found
        ActiveState=inactive
        UnitFileState=
        Before=
        """;

    /// <summary>Units of a host whose rules firewalld loads.</summary>
    public const string FirewalldUnits = """
        Id=firewalld.service
        LoadState=loaded
        ActiveState=active
        UnitFileState=enabled
        Before=network-pre.target shutdown.target multi-user.target

        Id=nftables.service
        LoadState=loaded
        ActiveState=inactive
        UnitFileState=disabled
        Before=network-pre.target shutdown.target
        """;

    /// <summary>The sockets of a host that is as it should be.</summary>
    public static Listener[] Proper =>
    [
        TestHost.Socket("tcp", "192.168.1.100", 22, "ssh", "sshd"), TestHost.Socket("udp", "0.0.0.0", 51820, "wireguard", ""), TestHost.Socket("udp", "0.0.0.0", 67, "dhcp", "dnsmasq", "virbr0"),
        TestHost.Socket("udp", "192.168.122.1", 53, "dns", "dnsmasq"), TestHost.Socket("tcp", "192.168.122.1", 53, "dns", "dnsmasq"), TestHost.Socket("tcp", "127.0.0.1", 5900, "vnc", "qemu-system-x86"),
    ];

    /// <summary>A host as it should be, by its own nftables rules.</summary>
    public static TestHost Good() => new TestHost().Rules(Closed).Listeners(Proper).Text("audit/firewall-units.txt", NftablesUnits)
        .Config("/etc/nftables.conf", "#!/usr/sbin/nft -f\nflush ruleset\n" + Closed).Text("audit/nft-check.txt", "").Text("audit/unit-sockets.json", "[]")
        .Text(SnapshotNames.Sysctl, "net.ipv4.ip_forward = 1\nnet.ipv4.conf.all.forwarding = 1\nnet.ipv6.conf.all.forwarding = 0\nnet.netfilter.nf_conntrack_max = 262144\nnet.netfilter.nf_conntrack_tcp_loose = 1\n");

    /// <summary>A host without any rule, with everything listening on every address.</summary>
    public static TestHost Bare() => new TestHost().Listeners(
        TestHost.Socket("tcp", "0.0.0.0", 22, "ssh", "sshd"), TestHost.Socket("tcp", "::", 22, "ssh", "sshd"), TestHost.Socket("tcp", "0.0.0.0", 5901, "vnc", "qemu-system-x86"),
        TestHost.Socket("tcp", "0.0.0.0", 16509, "libvirt", "libvirtd"), TestHost.Socket("udp", "0.0.0.0", 53, "dns", "dnsmasq"), TestHost.Socket("tcp", "0.0.0.0", 9090, "cockpit", "cockpit-tls"),
        TestHost.Socket("tcp", "0.0.0.0", 49152, "migration", "qemu-system-x86")).Text("audit/firewall-units.txt", "Id=firewalld.service\nLoadState=not-found\nActiveState=inactive\nUnitFileState=\nBefore=\n");
}
