using Virtward.Core.Snapshots;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Firewall;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Checks.Firewall;

/// <summary>FW-09 to FW-14, FW-19, FW-22, FW-23 on firewalld's own configuration.</summary>
public sealed class FirewalldTests
{
    private const string Public = "<zone><short>Public</short><service name=\"dhcpv6-client\"/></zone>";
    private const string Internal = "<zone><short>Internal</short><interface name=\"eth1\"/><service name=\"ssh\"/></zone>";
    private const string Libvirt = "<zone target=\"ACCEPT\"><rule priority='32767'><reject/></rule><protocol value='icmp'/><service name='dhcp'/><service name='dns'/></zone>";

    private const string Runtime = """
        public (active)
          target: default
          interfaces: eth0
          sources: 
          services: dhcpv6-client
          ports: 
          protocols: 
          forward: no
          masquerade: no

        internal (active)
          target: default
          interfaces: eth1
          services: ssh
          forward: no
          masquerade: no

        libvirt (active)
          target: ACCEPT
          interfaces: virbr0
          services: dhcp dns
          protocols: icmp
          forward: no
          masquerade: no
          rich rules: 
        	rule priority="32767" reject

        """;

    private static TestHost Host(string runtime = Runtime, string outer = Public) => new TestHost().OnRhel().Listeners().Text("audit/firewall-units.txt", NetHosts.FirewalldUnits)
        .Text("audit/firewalld-zones.txt", runtime).Text("audit/firewalld-policies.txt", "")
        .Config("/etc/firewalld/firewalld.conf", "DefaultZone=public\nLogDenied=off\nStrictForwardPorts=yes\nNftablesTableOwner=yes\n")
        .Config("/usr/lib/firewalld/zones/public.xml", "<zone><service name=\"ssh\"/><forward/></zone>")
        .Config("/etc/firewalld/zones/public.xml", outer).Config("/etc/firewalld/zones/internal.xml", Internal).Config("/usr/lib/firewalld/zones/libvirt.xml", Libvirt);

    [Fact]
    public void A_host_as_it_should_be_passes()
    {
        var facts = Host().Facts();
        foreach (Check check in (IEnumerable<Check>)[Fw09.Check, Fw10.Check, Fw11.Check, Fw12.Check, Fw13.Check, Fw14.Check, Fw19.Check, Fw22.Check, Fw23.Check])
        {
            Judged.Passes(check, facts);
        }
    }

    [Fact]
    public void Where_firewalld_does_not_run_they_do_not_apply()
    {
        var facts = NetHosts.Good().Facts();
        foreach (Check check in (IEnumerable<Check>)[Fw10.Check, Fw11.Check, Fw12.Check, Fw13.Check, Fw14.Check, Fw19.Check, Fw22.Check])
        {
            Judged.DoesNotApply(check, facts);
        }
    }

    [Fact]
    public void A_configuration_that_needs_root_is_unknown()
    {
        TestHost host = new TestHost().WithoutRoot().Text("audit/firewall-units.txt", NetHosts.FirewalldUnits).Unreadable("/etc/firewalld/firewalld.conf")
            .Config("/usr/lib/firewalld/zones/public.xml", "<zone><service name=\"dhcpv6-client\"/></zone>");
        foreach (Check check in (IEnumerable<Check>)[Fw09.Check, Fw10.Check, Fw11.Check, Fw12.Check, Fw14.Check, Fw19.Check, Fw22.Check])
        {
            Assert.NotEqual(Status.Pass, check.Judge(host.Facts()).Status);
        }

        Judged.IsUnknown(Fw12.Check, host.Facts());
    }

    [Fact]
    public void What_was_typed_and_not_stored_is_drift()
    {
        Judged.Fails(Fw09.Check, Host(Runtime.Replace("services: ssh", "services: cockpit ssh", StringComparison.Ordinal)).Facts(), "zone internal");
        Judged.Fails(Fw09.Check, Host(Runtime.Replace("rule priority=\"32767\" reject", "rule priority=\"32766\" reject", StringComparison.Ordinal)).Facts(), "zone libvirt");
        Judged.Fails(Fw09.Check, Host(outer: Public.Replace("</zone>", "<port port=\"80\" protocol=\"tcp\"/></zone>", StringComparison.Ordinal)).Facts(), "zone public");
        Judged.IsUnknown(Fw09.Check, Host().Lacks("audit/firewalld-zones.txt", "firewall-cmd ended with 253").Facts());
    }

    [Fact]
    public void Interfaces_that_networkmanager_put_in_are_no_drift() =>
        Judged.Passes(Fw09.Check, Host().Config("/etc/firewalld/zones/internal.xml", Internal.Replace("<interface name=\"eth1\"/>", "", StringComparison.Ordinal))
            .Config("/etc/NetworkManager/system-connections/lan.nmconnection", "[connection]\nid=lan\ninterface-name=eth1\nzone=internal\n").Facts());

    [Fact]
    public void An_uplink_that_accepts_everything_and_a_zone_for_both_are_found()
    {
        string trusted = Runtime.Replace("internal (active)", "trusted (active)", StringComparison.Ordinal).Replace("interfaces: eth0", "interfaces: ", StringComparison.Ordinal)
            .Replace("  target: default\n  interfaces: eth1", "  target: ACCEPT\n  interfaces: eth0 eth1", StringComparison.Ordinal);
        Outcome outcome = Judged.Fails(Fw10.Check, Host(trusted).Facts(), "eth0", "zone trusted");
        Assert.Equal(Severity.High, outcome.Findings.Single(static one => one.Subject == "zone trusted").Severity);
    }

    [Fact]
    public void A_guests_bridge_in_a_zone_of_ones_own_does_not_stay_there()
    {
        TestHost host = Host().Config("/etc/firewalld/zones/vms.xml", "<zone><interface name=\"virbr0\"/></zone>")
            .Text("libvirt/active-default.xml", "<network><name>default</name><forward mode='nat'/><bridge name='virbr0'/><ip address='192.168.122.1' netmask='255.255.255.0'/></network>");
        Judged.Fails(Fw10.Check, host.Facts(), "virbr0");
        Judged.Passes(Fw10.Check, host.Text("libvirt/active-default.xml", "<network><name>default</name><forward mode='nat'/><bridge name='virbr0' zone='vms'/></network>").Facts());
    }

    [Fact]
    public void A_connection_and_a_zones_file_that_disagree_are_found() =>
        Judged.Fails(Fw10.Check, Host().Config("/etc/NetworkManager/system-connections/lan.nmconnection", "[connection]\nid=lan\ninterface-name=eth1\nzone=work\n").Facts(), "eth1");

    [Fact]
    public void A_zone_that_forwards_between_an_uplink_and_the_management_network_is_found()
    {
        string both = Runtime.Replace("interfaces: eth0\n", "interfaces: eth0 eth1\n", StringComparison.Ordinal).Replace("  interfaces: eth1\n", "  interfaces: \n", StringComparison.Ordinal).Replace("forward: no", "forward: yes", StringComparison.Ordinal);
        Outcome outcome = Judged.Fails(Fw11.Check, Host(both).Facts(), "zone public");
        Assert.Null(outcome.Findings[0].Severity);
        Judged.Passes(Fw11.Check, Host(both).Text(SnapshotNames.Sysctl, "net.ipv4.ip_forward = 0\nnet.ipv6.conf.all.forwarding = 0\n").Facts());
    }

    [Fact]
    public void What_a_hypervisor_offers_nobody_is_found_in_the_zone_of_the_internet()
    {
        string open = Runtime.Replace("services: dhcpv6-client", "services: cockpit dhcpv6-client http libvirt ssh", StringComparison.Ordinal);
        Judged.Fails(Fw12.Check, Host(open).Facts(), "public cockpit", "public libvirt", "public http");
        Judged.Fails(Fw12.Check, Host(open).Facts(Profile.Edge), "public cockpit", "public libvirt");
    }

    [Fact]
    public void Masquerading_that_nobody_needs_is_found()
    {
        string masquerade = Runtime.Replace("masquerade: no\n\ninternal", "masquerade: yes\n\ninternal", StringComparison.Ordinal);
        Judged.Fails(Fw13.Check, Host(masquerade).Facts(), "zone public");
        Judged.Passes(Fw13.Check, Host(masquerade).Text("libvirt/active-lab.xml", "<network><name>lab</name><forward mode='route'/><bridge name='virbr1'/></network>").Facts());
    }

    [Fact]
    public void Bans_as_stored_rules_are_found_and_counted()
    {
        string bans = string.Concat(Enumerable.Range(1, 60).Select(static host => $"<rule family=\"ipv4\"><source address=\"198.51.100.{host}\"/><drop/></rule>"));
        Outcome outcome = Judged.Fails(Fw14.Check, Host(outer: $"<zone>{bans}</zone>").Facts(), "zone public: bans", "zone public: rich rules");
        Assert.Contains("60 bans", outcome.Findings[0].What, StringComparison.Ordinal);
    }

    [Fact]
    public void Forwarded_ports_of_others_are_judged_from_firewalld_2_3_on()
    {
        TestHost without = Host().Config("/etc/firewalld/firewalld.conf", "DefaultZone=public\n");
        Judged.IsUnknown(Fw19.Check, without.Facts());
        TestHost Of(string version) => Host().Config("/etc/firewalld/firewalld.conf", "DefaultZone=public\n").Text("audit/rpm.txt", "").Text(Virtward.Hardening.Inventory.Package.PackageSources.Rpm, $"firewalld\t{version}\tnoarch\tinstalled\n");
        Judged.DoesNotApply(Fw19.Check, Of("1.3.4-9.el9").Facts());
        Judged.Fails(Fw19.Check, Of("2.3.1-1.el10").Facts(), "StrictForwardPorts");
        Judged.Fails(Fw19.Check, Host().Config("/etc/firewalld/firewalld.conf", "StrictForwardPorts=no\nNftablesTableOwner=no\n").Facts(), "StrictForwardPorts", "NftablesTableOwner");
        Judged.DoesNotApply(Fw19.Check, Of("2.3.1-1.el10").Facts(Profile.Lab));
    }

    [Fact]
    public void A_zone_that_trusts_addresses_is_found()
    {
        string sources = Runtime.Replace("  interfaces: eth1\n", "  interfaces: \n  sources: 192.168.1.0/24\n", StringComparison.Ordinal);
        Judged.Fails(Fw22.Check, Host(sources).Facts(), "zone internal");
        string rule = Runtime.Replace("forward: no\n  masquerade: no\n\ninternal", "forward: no\n  masquerade: no\n  rich rules: \n\trule family=\"ipv4\" source address=\"10.0.0.0/8\" service name=\"ssh\" accept\n\ninternal", StringComparison.Ordinal);
        Judged.Fails(Fw22.Check, Host(rule).Facts(), "zone public: 10.0.0.0/8");
    }

    [Fact]
    public void Openings_by_source_port_are_found()
    {
        string ports = Runtime.Replace("  ports: \n", "  ports: \n  source-ports: 53/udp\n", StringComparison.Ordinal);
        Judged.Fails(Fw23.Check, Host(ports).Facts(), "zone public 53/udp");
        const string Rules = "table inet filter { # handle 1\n\tchain input { # handle 1\n\t\ttype filter hook input priority filter; policy drop;\n\t\tudp sport 53 accept # handle 2\n\t\tudp sport 67 udp dport 68 accept # handle 3\n\t\tct state established udp sport 123 accept # handle 4\n\t}\n}\n";
        Judged.Fails(Fw23.Check, NetHosts.Good().Rules(Rules).Facts(), "inet filter input: udp sport 53 accept");
    }
}
