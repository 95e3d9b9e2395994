using Virtward.Core.Snapshots;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Inventory.Firewall;
using Virtward.Hardening.Inventory.Firewall.Firewalld;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Inventory.Firewall;

public sealed class FirewallReaderTests
{
    private const string Zone = """
        <?xml version="1.0" encoding="utf-8"?>
        <zone target="%%REJECT%%">
          <short>Public</short>
          <interface name="eth0"/>
          <source address="192.168.1.0/24"/>
          <source ipset="office"/>
          <service name="ssh"/>
          <port protocol="tcp" port="8080-8090"/>
          <source-port protocol="udp" port="53"/>
          <protocol value="icmp"/>
          <forward-port port="80" protocol="tcp" to-port="8080" to-addr="192.168.122.10"/>
          <rule family="ipv4">
            <source address="198.51.100.7"/>
            <drop/>
          </rule>
          <rule priority="-10">
            <service name="ssh"/>
            <log prefix="ssh" level="info"><limit value="1/m"/></log>
            <accept><limit value="4/m"/></accept>
          </rule>
          <masquerade/>
          <forward/>
        </zone>
        """;

    // As firewall-cmd --list-all-zones of firewalld 1.3 prints.
    private const string Listing = "public (active)\n  target: %%REJECT%%\n  icmp-block-inversion: no\n  interfaces: eth0 eth1\n  sources: 192.168.1.0/24 ipset:office\n  services: dhcpv6-client ssh\n"
        + "  ports: 8080-8090/tcp\n  protocols: icmp\n  forward: yes\n  masquerade: no\n  forward-ports: \n\tport=80:proto=tcp:toport=8080:toaddr=192.168.122.10\n  source-ports: 53/udp\n"
        + "  icmp-blocks: \n  rich rules: \n\trule family=\"ipv4\" source address=\"198.51.100.7\" drop\n\trule service name=\"ssh\" accept limit value=\"4/m\"\n\n"
        + "libvirt\n  target: ACCEPT\n  interfaces: virbr0\n  services: dhcp dns ssh\n  forward: no\n  rich rules: \n\trule priority=\"32767\" reject\n";

    [Fact]
    public void A_zones_file_is_read_whole()
    {
        FirewalldZone zone = FirewalldReader.File(new ConfigFile("/etc/firewalld/zones/public.xml", Zone), false, [])!;
        Assert.Equal("public", zone.Name);
        Assert.Equal("REJECT", zone.Target);
        Assert.Equal(["eth0"], zone.Interfaces);
        Assert.Equal(["192.168.1.0/24", "ipset:office"], zone.Sources);
        Assert.Equal(["ssh"], zone.Services);
        Assert.Equal(["8080-8090/tcp"], zone.Ports);
        Assert.Equal(["53/udp"], zone.SourcePorts);
        Assert.True(zone is { Forward: true, Masquerade: true });
        Assert.True(zone.Rules[0].IsBan);
        Assert.Equal("rule family=\"ipv4\" source address=\"198.51.100.7\" drop", zone.Rules[0].Text);
        Assert.Equal("rule priority=\"-10\" service name=\"ssh\" log prefix=\"ssh\" level=\"info\" limit value=\"1/m\" accept limit value=\"4/m\"", zone.Rules[1].Text);
        Assert.Equal(("ssh", "accept", "4/m"), (zone.Rules[1].Service, zone.Rules[1].Action, zone.Rules[1].Limit));
        Assert.True(zone.Opens("x", 8085, "tcp"));
        Assert.False(zone.Opens("x", 8085, "udp"));
    }

    [Fact]
    public void The_daemons_listing_is_read_zone_by_zone()
    {
        FirewalldZone[] zones = [.. FirewalldReader.Listing(Listing, false)];
        Assert.Equal(["public", "libvirt"], zones.Select(static zone => zone.Name));
        Assert.Equal(["eth0", "eth1"], zones[0].Interfaces);
        Assert.Equal("REJECT", zones[0].Target);
        Assert.True(zones[0].Forward);
        Assert.Equal(["port=80:proto=tcp:toport=8080:toaddr=192.168.122.10"], zones[0].ForwardPorts);
        Assert.True(zones[0].Rules[0].IsBan);
        Assert.Equal("4/m", zones[0].Rules[1].Limit);
        Assert.Equal("ACCEPT", zones[1].Target);
    }

    [Fact]
    public void A_rule_that_is_read_from_its_file_and_from_the_listing_is_the_same()
    {
        FirewalldRule file = FirewalldReader.File(new ConfigFile("/etc/firewalld/zones/public.xml", Zone), false, [])!.Rules[1];
        FirewalldRule listed = FirewalldRule.Parse(file.Text);
        Assert.Equal((file.Service, file.Action, file.Limit, file.Whole), (listed.Service, listed.Action, listed.Limit, listed.Whole));
        Assert.Equal("192.168.1.0/24", FirewalldRule.Parse("rule family=\"ipv4\" source NOT address=\"192.168.1.0/24\" port port=\"22\" protocol=\"tcp\" reject").Source);
        Assert.True(FirewalldRule.Parse("rule source NOT address=\"192.168.1.0/24\" drop").NotSource);
        Assert.Equal("53/udp", FirewalldRule.Parse("rule source-port port=\"53\" protocol=\"udp\" accept").SourcePort);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0\0\0")]
    [InlineData("<zone")]
    [InlineData("<!DOCTYPE zone [<!ENTITY a \"b\">]><zone>&a;</zone>")]
    [InlineData("<zone><rule/><rule><accept><limit/></accept></rule><source/><port/></zone>")]
    [InlineData("a:b\n\tc\n  d: e\nrule\n \n\n\t\n=:=")]
    public void Hostile_texts_are_no_reason_to_fail(string text)
    {
        _ = FirewalldReader.File(new ConfigFile("/etc/firewalld/zones/x.xml", text), false, []);
        _ = FirewalldReader.Listing(text, false);
        _ = FirewalldRule.Parse(text);
        _ = ConnectionProfile.Clean(text);
        _ = ConnectionProfile.Read(new ConfigFile("/x", text));
        Snapshot snapshot = new Snapshot().With("root/etc/nftables.conf", text).With("root/etc/ufw/ufw.conf", text).With("root/etc/firewalld/zones/x.xml", text)
            .With("root/etc/firewalld/firewalld.conf", text).With("root/etc/firewalld/direct.xml", text).With("audit/firewall-units.txt", text);
        FirewallFacts facts = FirewallFacts.Read(snapshot);
        _ = facts.Nftables?.ByIndex().Count();
        _ = facts.Nftables?.Rules();
    }

    [Fact]
    public void A_long_line_takes_no_longer_than_it_must()
    {
        string line = "iif " + new string('a', 400_000) + " fib " + new string('.', 50_000);
        _ = new NftablesFile(new ConfigFile("/etc/nftables.conf", line)).ByIndex().Count();
        _ = FirewalldRule.Parse(string.Concat(Enumerable.Repeat("source address=\"1\" ", 20_000)));
    }

    [Fact]
    public void Of_a_connection_nothing_secret_is_kept()
    {
        const string Connection = "[connection]\nid=office\nuuid=1\ntype=wifi\ninterface-name=wlan0\nzone=internal\n\n[wifi-security]\nkey-mgmt=wpa-psk\npsk=hunter2\n\n[802-1x]\npassword=hunter2\n\n[vpn-secrets]\nx=hunter2\n\n[wireguard]\nprivate-key=hunter2\n\n[ipv6]\nmethod=auto\n";
        string clean = ConnectionProfile.Clean(Connection);
        Assert.DoesNotContain("hunter2", clean, StringComparison.Ordinal);
        Assert.Contains("method=auto", clean, StringComparison.Ordinal);
        ConnectionProfile profile = ConnectionProfile.Read(new ConfigFile("/etc/NetworkManager/system-connections/office.nmconnection", clean))!;
        Assert.Equal(("office", "wlan0", "internal"), (profile.Name, profile.Interface, profile.Zone));
        string ifcfg = ConnectionProfile.Clean("DEVICE=eth0\nZONE=public\nWPA_PSK=hunter2\nKEY1=hunter2\n");
        Assert.DoesNotContain("hunter2", ifcfg, StringComparison.Ordinal);
        Assert.Equal(("eth0", "public"), (ConnectionProfile.Read(new ConfigFile("/etc/sysconfig/network-scripts/ifcfg-eth0", ifcfg))!.Interface, "public"));
    }

    [Fact]
    public void Ufw_is_enabled_only_where_its_own_file_says_so()
    {
        Snapshot snapshot = new Snapshot().With("root/etc/ufw/ufw.conf", "# /etc/ufw/ufw.conf\nENABLED=no\nLOGLEVEL=low\n")
            .With("root/etc/default/ufw", "IPV6=yes\nDEFAULT_INPUT_POLICY=\"DROP\"\nDEFAULT_OUTPUT_POLICY=\"ACCEPT\"\nDEFAULT_FORWARD_POLICY=\"DROP\"\n");
        Assert.Equal(new UfwConfig(false, true, "DROP", "DROP", "ACCEPT"), UfwConfig.Read(snapshot));
        Assert.Null(UfwConfig.Read(new Snapshot()));
    }

    [Fact]
    public void An_interface_by_its_number_is_found_and_a_look_up_of_routes_is_not()
    {
        var file = new NftablesFile(new ConfigFile("/etc/nftables.conf", "# iif eth9\ntable inet f {\n\tchain i {\n\t\tiif lo accept\n\t\tiif { \"br0\", wg0 } accept\n\t\tfib saddr . iif oif 0 drop\n\t\tiifname eth0 oif != \"eth1\" drop\n\t}\n}\n"));
        Assert.Equal([(4, "lo"), (5, "br0"), (5, "wg0"), (7, "eth1")], file.ByIndex().Select(static one => (one.Line, one.Device)));
    }

    [Fact]
    public void Units_are_read_from_systemctl_show()
    {
        FirewallUnits units = FirewallUnits.Read(new Snapshot().With("audit/firewall-units.txt", NetHosts.NftablesUnits));
        FirewallUnit unit = Assert.Single(units.All);
        Assert.True(unit is { Name: "nftables.service", Active: true, Enabled: true });
        Assert.Contains("network-pre.target", unit.Before);
        Assert.NotNull(FirewallUnits.Read(new Snapshot()).Problem);
    }
}
