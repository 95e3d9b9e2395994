using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Firewall;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Firewall;

/// <summary>Hosts that a firewall is made for, and what they are under it.</summary>
internal static class FirewallHosts
{
    private const string Sysctls = "net.ipv4.ip_forward = 1\nnet.ipv4.conf.all.forwarding = 1\nnet.ipv6.conf.all.forwarding = 1\nnet.ipv6.conf.all.disable_ipv6 = 0\nnet.ipv6.conf.eth0.disable_ipv6 = 0\nnet.ipv6.conf.eth1.disable_ipv6 = 0\n"
        + "net.ipv6.conf.virbr0.disable_ipv6 = 0\nnet.ipv6.conf.br0.disable_ipv6 = 0\n";

    /// <summary>eth0 to the Internet, eth1 to management, virbr0 with two isolated guests, and everything listening everywhere.</summary>
    public static TestHost Isolated() => Everything(new TestHost()).Text(SnapshotNames.Sysctl, Sysctls).Text(SnapshotNames.Links, """
            [{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"operstate":"UNKNOWN","link_type":"loopback","address":"00:00:00:00:00:00"},
             {"ifindex":2,"ifname":"eth0","flags":["BROADCAST","UP","LOWER_UP"],"operstate":"UP","link_type":"ether","address":"52:54:00:00:00:02"},
             {"ifindex":3,"ifname":"eth1","flags":["BROADCAST","UP","LOWER_UP"],"operstate":"UP","link_type":"ether","address":"52:54:00:00:00:03"},
             {"ifindex":4,"ifname":"virbr0","flags":["BROADCAST","UP","LOWER_UP"],"operstate":"UP","link_type":"ether","address":"52:54:00:00:00:04","linkinfo":{"info_kind":"bridge","info_data":{"vlan_filtering":0}}},
             {"ifindex":5,"ifname":"vnet0","master":"virbr0","flags":["BROADCAST","UP","LOWER_UP"],"operstate":"UP","link_type":"ether","address":"fe:54:00:00:01:01","linkinfo":{"info_kind":"tun","info_slave_kind":"bridge","info_slave_data":{"state":"forwarding","isolated":true}}},
             {"ifindex":6,"ifname":"vnet1","master":"virbr0","flags":["BROADCAST","UP","LOWER_UP"],"operstate":"UP","link_type":"ether","address":"fe:54:00:00:01:02","linkinfo":{"info_kind":"tun","info_slave_kind":"bridge","info_slave_data":{"state":"forwarding","isolated":true}}}]
            """)
        .Text("libvirt/running-web1.xml", Guest("web1", "vnet0", "virbr0", 1)).Text("libvirt/running-web2.xml", Guest("web2", "vnet1", "virbr0", 2))
        .Text(SnapshotNames.Neighbours, """
            [{"dst":"192.168.122.11","dev":"virbr0","lladdr":"52:54:00:00:01:01","state":["REACHABLE"]},{"dst":"192.168.122.12","dev":"virbr0","lladdr":"52:54:00:00:01:02","state":["REACHABLE"]}]
            """);

    /// <summary>One bridge, br0, with the uplink eth0 and two guests; management is in the same network, by its addresses.</summary>
    public static TestHost Shared() => Everything(new TestHost(), "br0").Text(SnapshotNames.Sysctl, Sysctls).Text(SnapshotNames.Links, """
            [{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"operstate":"UNKNOWN","link_type":"loopback","address":"00:00:00:00:00:00"},
             {"ifindex":2,"ifname":"eth0","master":"br0","flags":["BROADCAST","UP","LOWER_UP"],"operstate":"UP","link_type":"ether","address":"52:54:00:00:00:02","linkinfo":{"info_slave_kind":"bridge","info_slave_data":{"state":"forwarding"}}},
             {"ifindex":4,"ifname":"br0","flags":["BROADCAST","UP","LOWER_UP"],"operstate":"UP","link_type":"ether","address":"52:54:00:00:00:04","linkinfo":{"info_kind":"bridge","info_data":{"vlan_filtering":0}}},
             {"ifindex":5,"ifname":"vnet0","master":"br0","flags":["BROADCAST","UP","LOWER_UP"],"operstate":"UP","link_type":"ether","address":"fe:54:00:00:01:01","linkinfo":{"info_kind":"tun","info_slave_kind":"bridge","info_slave_data":{"state":"forwarding","isolated":true}}}]
            """)
        .Text(SnapshotNames.Addresses, """
            [{"ifindex":1,"ifname":"lo","addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8,"scope":"host"},{"family":"inet6","local":"::1","prefixlen":128,"scope":"host"}]},
             {"ifindex":4,"ifname":"br0","addr_info":[{"family":"inet","local":"192.168.1.100","prefixlen":24,"scope":"global"},{"family":"inet6","local":"2001:db8::10","prefixlen":64,"scope":"global"}]}]
            """)
        .Text(SnapshotNames.Routes, """
            [{"dst":"default","gateway":"192.168.1.1","dev":"br0","table":"main"},{"dst":"192.168.1.0/24","dev":"br0","table":"main","scope":"link","prefsrc":"192.168.1.100"},
             {"type":"local","dst":"127.0.0.0/8","dev":"lo","table":"local","scope":"host"},{"type":"local","dst":"192.168.1.100","dev":"br0","table":"local","scope":"host"}]
            """)
        .Text(SnapshotNames.Routes6, """
            [{"dst":"default","gateway":"2001:db8::1","dev":"br0","table":"main"},{"dst":"2001:db8::/64","dev":"br0","table":"main"},
             {"type":"local","dst":"::1","dev":"lo","table":"local"},{"type":"local","dst":"2001:db8::10","dev":"br0","table":"local"}]
            """)
        .Text("libvirt/running-web1.xml", Guest("web1", "vnet0", "br0", 1));

    /// <summary>A policy for <see cref="Isolated"/> that opens what an isolated host needs.</summary>
    public static HostPolicy Policy => DefaultPolicy.Read() with
    {
        Zones = [new("management", ["eth1"], [Prefix.Parse("192.168.1.0/24")])],
        Services = [new("wireguard", [new(Transport.Udp, 51820, 51820)], ["internet"])],
        Firewall = new FirewallPolicy { Output = Outwards },
    };

    /// <summary>What a host calls on the Internet.</summary>
    public static System.Collections.Immutable.ImmutableArray<PortScope> Outwards =>
    [
        new(Transport.Udp, 53, 53), new(Transport.Udp, 123, 123), new(Transport.Tcp, 53, 53), new(Transport.Tcp, 80, 80), new(Transport.Tcp, 443, 443), new(Transport.Udp, 51820, 51820),
    ];

    /// <summary>A host once it has the firewall of a policy.</summary>
    public static AuditFacts Closed(TestHost host, HostPolicy policy, string others = "")
    {
        AuditFacts before = host.Rules(others).Facts(policy: policy);
        return host.Rules(others + PolicyFirewall.Listing(PolicyFirewall.Script(policy, before, PolicyParts.None))).Facts(policy: policy);
    }

    private static TestHost Everything(TestHost host, string bridge = "virbr0") => host.Listeners(
        TestHost.Socket("tcp", "0.0.0.0", 22, "ssh", "sshd"), TestHost.Socket("tcp", "::", 22, "ssh", "sshd"), TestHost.Socket("tcp", "0.0.0.0", 5901, "vnc", "qemu-system-x86"),
        TestHost.Socket("tcp", "0.0.0.0", 16509, "libvirt", "libvirtd"), TestHost.Socket("udp", "0.0.0.0", 53, "dns", "dnsmasq"), TestHost.Socket("tcp", "0.0.0.0", 9090, "cockpit", "cockpit-tls"),
        TestHost.Socket("udp", "0.0.0.0", 51820, "wireguard", ""), TestHost.Socket("udp", "::", 51820, "wireguard", ""), TestHost.Socket("udp", "0.0.0.0", 67, "dhcp", "dnsmasq", bridge),
        TestHost.Socket("tcp", "0.0.0.0", 1001, "one"), TestHost.Socket("tcp", "::", 1001, "one"), TestHost.Socket("tcp", "0.0.0.0", 1002, "two"), TestHost.Socket("tcp", "::", 1002, "two"),
        TestHost.Socket("tcp", "0.0.0.0", 1003, "three"), TestHost.Socket("tcp", "::", 1003, "three"), TestHost.Socket("tcp", "0.0.0.0", 1004, "four"), TestHost.Socket("tcp", "::", 1004, "four"));

    private static string Guest(string name, string device, string bridge, int last) =>
        $"<domstatus><domain type='kvm' id='{last}'><name>{name}</name><devices><interface type='bridge'><mac address='52:54:00:00:01:0{last}'/><source bridge='{bridge}'/><target dev='{device}'/></interface></devices></domain></domstatus>";
}
