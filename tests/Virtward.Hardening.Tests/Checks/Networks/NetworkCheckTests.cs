using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Snapshots;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Networks;
using Virtward.Hardening.Tests.Checks.Libvirt;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Checks.Networks;

public sealed class NetworkCheckTests
{
    private const string LibvirtConf = """
        ##WARNING:  THIS IS AN AUTO-GENERATED FILE.
        strict-order
        pid-file=/run/libvirt/network/default.pid
        except-interface=lo
        bind-dynamic
        interface=virbr0
        dhcp-range=192.168.122.2,192.168.122.254,255.255.255.0
        dhcp-no-override
        """;

    private static TestHost Host(bool dnsmasq = false, bool resolved = false) => LibvirtHost.Looked()
        .Units(("ssh.service", "enabled", "active"), ("dnsmasq.service", dnsmasq ? "enabled" : "disabled", dnsmasq ? "active" : "inactive"), ("systemd-resolved.service", resolved ? "enabled" : "disabled", resolved ? "active" : "inactive"));

    private static HostPolicy Policy(params ZonePolicy[] zones) => DefaultPolicy.Read() with { Zones = [.. zones] };

    [Fact]
    public void Dnsmasq_as_libvirt_starts_it_is_bound()
    {
        TestHost host = Host().Config("/var/lib/libvirt/dnsmasq/default.conf", LibvirtConf)
            .Listeners(TestHost.Socket("udp", "0.0.0.0", 67, "dhcp", "dnsmasq", "virbr0"), TestHost.Socket("udp", "192.168.122.1", 53, "dns", "dnsmasq"));
        Judged.Passes(Net01.Check, host.Facts());
        Judged.Fails(Net01.Check, host.Config("/var/lib/libvirt/dnsmasq/default.conf", LibvirtConf + "\nenable-tftp\ntftp-root=/srv/tftp\n").Facts(), "network default");
        Judged.Fails(Net01.Check, host.Config("/var/lib/libvirt/dnsmasq/default.conf", "strict-order\n").Facts(), "network default");
        Judged.IsUnknown(Net01.Check, Host().Unreadable("/var/lib/libvirt/dnsmasq").Facts());
    }

    [Fact]
    public void The_hosts_own_dnsmasq_counts_only_where_it_runs()
    {
        Judged.DoesNotApply(Net01.Check, Host().Config("/etc/dnsmasq.conf", "").Facts());
        Judged.Fails(Net01.Check, Host(dnsmasq: true).Config("/etc/dnsmasq.conf", "# nothing\n").Facts(), "dnsmasq.service");
        Judged.Passes(Net01.Check, Host(dnsmasq: true).Config("/etc/dnsmasq.conf", "# nothing\n").Config("/etc/dnsmasq.d/00-virtward.conf", "bind-dynamic\ninterface=eth1 # the LAN\n").Facts());
        Judged.Fails(Net01.Check, Host().Listeners(TestHost.Socket("udp", "0.0.0.0", 53, "dns", "dnsmasq")).Facts(), "dnsmasq.service");
        Judged.IsUnknown(Net01.Check, Host().Lacks("audit/unit-files.json", "no systemctl").Facts());
    }

    [Fact]
    public void Resolved_is_judged_by_its_sockets_and_by_what_it_is_told()
    {
        TestHost host = Host(resolved: true).Listeners(TestHost.Socket("udp", "127.0.0.53", 53, "dns", "systemd-resolve"));
        Judged.Passes(Net02.Check, host.Facts());
        Judged.Fails(Net02.Check, host.Config("/etc/systemd/resolved.conf", "[Resolve]\n#LLMNR=yes\nLLMNR=resolve\nMulticastDNS=no\n").Facts(), "LLMNR");
        Judged.Passes(Net02.Check, host.Config("/etc/systemd/resolved.conf.d/99-virtward.conf", "[Resolve]\nLLMNR=no\n").Facts());
        Finding late = Assert.Single(Judged.Fails(Net02.Check, Host(resolved: true).Config("/etc/systemd/resolved.conf.d/zz.conf", "[Resolve]\nLLMNR=yes\n").Facts(), "LLMNR").Findings);
        Assert.Equal("# /etc/systemd/resolved.conf.d/zz.conf:2: take out \"LLMNR=yes\", which is read later and so would win", late.Remedy.Steps[0]);
        Judged.Fails(Net02.Check, host.Listeners(TestHost.Socket("udp", "0.0.0.0", 5355, "llmnr", "systemd-resolve"), TestHost.Socket("udp", "0.0.0.0", 5353, "mdns", "avahi-daemon")).Facts(), "LLMNR");
        Judged.Fails(Net02.Check, Host(resolved: true).Config("/etc/systemd/resolved.conf", "[Resolve]\nDNSStubListenerExtra=192.168.1.100\n").Facts(), "DNSStubListenerExtra");
    }

    [Fact]
    public void A_resolver_that_does_not_run_must_not_be_asked()
    {
        Judged.Passes(Net02.Check, Host().Facts());
        Judged.Fails(Net02.Check, Host().State("/etc/resolv.conf", 777, kind: "link", target: "../run/systemd/resolve/stub-resolv.conf").Facts(), "/etc/resolv.conf");
        Judged.DoesNotApply(Net02.Check, LibvirtHost.Looked().Units(("ssh.service", "enabled", "active")).Facts());
        Judged.IsUnknown(Net02.Check, LibvirtHost.Looked().Facts());
    }

    [Fact]
    public void Guests_names_must_stay_inside()
    {
        TestHost host = LibvirtHost.Plain();
        Judged.Fails(Net03.Check, host.Network().Facts(), "network default");
        Judged.DoesNotApply(Net03.Check, host.Network().Facts(Profile.Edge));
        Judged.Passes(Net03.Check, host.Network(dns: "<dns enable='no'/>").Facts());
        Judged.Passes(Net03.Check, host.Network(dns: "<dns><forwarder addr='192.168.1.53'/></dns>").Facts());
        Judged.Fails(Net03.Check, host.Network(dns: "<dns><forwarder addr='9.9.9.9'/></dns>").Facts(), "network default");
        Judged.Passes(Net03.Check, host.Network(forward: "").Facts());
        Judged.DoesNotApply(Net03.Check, LibvirtHost.Plain().Facts());
        Judged.DoesNotApply(Net03.Check, LibvirtHost.Looked().Facts());
        Judged.IsUnknown(Net03.Check, LibvirtHost.Plain().Lacks(SnapshotNames.Libvirt, "it needs root").Facts());
    }

    [Fact]
    public void A_public_address_must_be_declared()
    {
        Judged.Fails(Net04.Check, new TestHost().Facts(), "eth0");
        Judged.Passes(Net04.Check, new TestHost().Facts(Profile.Edge));
        Judged.Passes(Net04.Check, new TestHost().Facts(policy: Policy(new ZonePolicy("internet", ["eth0"], []))));
        Judged.IsUnknown(Net04.Check, new TestHost().Lacks(SnapshotNames.Addresses, "ip is not installed").Facts());
        Judged.IsUnknown(Net04.Check, new TestHost().Lacks(SnapshotNames.Links, "ip is not installed").Facts(Profile.Edge));
    }

    [Fact]
    public void Management_beside_strangers_is_told() => Judged.Fails(
        Net04.Check, new TestHost().Facts(Profile.Edge, Policy(new ZonePolicy("management", ["eth0"], [Prefix.Parse("198.51.100.0/24")]), new ZonePolicy("internet", ["eth0"], []))), "management on eth0");

    [Fact]
    public void Management_on_its_own_wire_may_name_its_sources()
    {
        ZonePolicy own = new("management", ["eth1"], [Prefix.Parse("192.168.1.0/24")]);
        Judged.Passes(Net04.Check, new TestHost().Facts(Profile.Edge, Policy(own, new ZonePolicy("internet", ["eth0"], []))));
        Judged.Passes(Net04.Check, new TestHost().Facts(Profile.Edge, Policy(own)));
        Judged.Fails(Net04.Check, new TestHost().Facts(Profile.Edge, Policy(new ZonePolicy("management", ["eth0"], [Prefix.Parse("198.51.100.0/24")]))), "management on eth0");
    }

    [Fact]
    public void Bridges_are_judged_by_what_is_on_them()
    {
        Judged.Passes(Net05.Check, LibvirtHost.Plain().Network().Facts());
        TestHost host = LibvirtHost.Plain().Running("web1", "<interface type='bridge'><mac address='52:54:00:00:01:01'/><source bridge='br0'/><target dev='vnet0'/></interface>")
            .Text(SnapshotNames.Links, """
                [{"ifindex":2,"ifname":"eth0","flags":["UP"],"link_type":"ether","master":"br0"},{"ifindex":3,"ifname":"eth1","flags":["UP"],"link_type":"ether","master":"br0"},
                 {"ifindex":4,"ifname":"br0","flags":["UP"],"link_type":"ether","linkinfo":{"info_kind":"bridge","info_data":{"stp_state":0,"vlan_filtering":0}}},
                 {"ifindex":5,"ifname":"vnet0","flags":["UP"],"link_type":"ether","master":"br0","promiscuity":1,"linkinfo":{"info_kind":"tun","info_data":{"type":"tap"}}},
                 {"ifindex":6,"ifname":"br0.10","flags":["UP"],"link_type":"ether","link":"br0","linkinfo":{"info_kind":"vlan","info_data":{"id":10}}},
                 {"ifindex":7,"ifname":"br9","flags":["UP"],"link_type":"ether","linkinfo":{"info_kind":"bridge","info_data":{"stp_state":1}}},
                 {"ifindex":8,"ifname":"vnet7","flags":["UP"],"link_type":"ether","master":"br9","linkinfo":{"info_kind":"tun","info_data":{"type":"tap"}}}]
                """)
            .Text(SnapshotNames.Addresses, """[{"ifindex":4,"ifname":"br0","addr_info":[{"family":"inet","local":"192.168.1.100","prefixlen":24,"scope":"global"}]},{"ifindex":7,"ifname":"br9","addr_info":[{"family":"inet","local":"10.9.0.1","prefixlen":24}]}]""");
        Judged.Fails(Net05.Check, host.Facts(), "br0: loop", "br0: host among guests", "br0: VLANs", "br9: undeclared address");
        Judged.Fails(Net05.Check, host.Facts(Profile.Lab), "br0: loop", "br0: VLANs", "br9: undeclared address");
        Judged.Fails(Net06.Check, host.Facts(), "vnet7: tap");
        Judged.IsUnknown(Net05.Check, LibvirtHost.Plain().Text(SnapshotNames.Links, "garbage").Facts());
    }

    [Fact]
    public void Without_bridges_there_is_nothing_to_judge() => Judged.DoesNotApply(
        Net05.Check, LibvirtHost.Plain().Text(SnapshotNames.Links, """[{"ifindex":2,"ifname":"eth0","flags":["UP"],"link_type":"ether"}]""").Facts());

    [Fact]
    public void Strange_interfaces_are_told()
    {
        Judged.Passes(Net06.Check, LibvirtHost.Plain().Facts());
        TestHost host = LibvirtHost.Plain()
            .Text(SnapshotNames.Links, """
                [{"ifindex":2,"ifname":"eth0","flags":["UP","PROMISC"],"link_type":"ether","promiscuity":1},{"ifindex":3,"ifname":"eth1","flags":["UP"],"link_type":"ether","promiscuity":1},
                 {"ifindex":4,"ifname":"eth2","flags":["UP"],"link_type":"ether","promiscuity":2},{"ifindex":5,"ifname":"macvtap0","flags":["UP"],"link":"eth2","link_type":"ether","linkinfo":{"info_kind":"macvtap"}}]
                """)
            .Text(SnapshotNames.Addresses, """
                [{"ifindex":2,"ifname":"eth0","addr_info":[{"family":"inet","local":"203.0.113.10","prefixlen":24,"dynamic":true},{"family":"inet6","local":"2001:db8::10","prefixlen":64,"dadfailed":true}]},
                 {"ifindex":3,"ifname":"eth1","addr_info":[{"family":"inet","local":"10.0.0.1","prefixlen":24}]},{"ifindex":4,"ifname":"eth2","addr_info":[{"family":"inet","local":"10.0.0.1","prefixlen":24}]}]
                """);
        Judged.Fails(Net06.Check, host.Facts(), "eth0: promiscuous", "eth1: promiscuous", "eth0: duplicate", "eth0: DHCP", "10.0.0.1: twice");
        Judged.IsUnknown(Net06.Check, LibvirtHost.Plain().Lacks(SnapshotNames.Addresses, "ip is not installed").Facts());
    }
}
