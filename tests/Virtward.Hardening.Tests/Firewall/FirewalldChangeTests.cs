using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Hardening.Changes;
using Virtward.Hardening.Firewall;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Makers;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Firewall;

/// <summary>What firewalld is told where it runs.</summary>
public sealed class FirewalldChangeTests
{
    private const string Runtime = """
        public (active)
          target: default
          interfaces: eth0
          services: dhcpv6-client
          ports: 5901/tcp 80/udp

        internal (active)
          target: default
          interfaces: eth1
          services: ssh
          ports: 

        libvirt (active)
          target: ACCEPT
          interfaces: virbr0
          services: dhcp dns
          rich rules: 
        	rule priority="32767" reject

        """;

    private static HostPolicy Policy => DefaultPolicy.Read() with
    {
        Zones = [new("management", ["eth1"], [Prefix.Parse("192.168.1.0/24")])],
        Services =
        [
            new("https", [new(Transport.Tcp, 443, 443)], ["internet"]), new("vnc", [new(Transport.Tcp, 5900, 5910)], ["internet"]), new("metrics", [new(Transport.Tcp, 9100, 9100)], ["management", "guests"]),
        ],
    };

    private static TestHost Host(string runtime = Runtime, string stored = "") => new TestHost().OnRhel().Listeners().Text("audit/firewall-units.txt", NetHosts.FirewalldUnits)
        .Text("audit/firewalld-zones.txt", runtime).Text("audit/firewalld-policies.txt", "").Config("/etc/firewalld/firewalld.conf", "DefaultZone=public\n")
        .Config("/etc/firewalld/zones/public.xml", $"<zone><service name=\"dhcpv6-client\"/>{stored}</zone>").Config("/etc/firewalld/zones/internal.xml", "<zone><interface name=\"eth1\"/><service name=\"ssh\"/></zone>")
        .Config("/usr/lib/firewalld/zones/libvirt.xml", "<zone target=\"ACCEPT\"><rule priority='32767'><reject/></rule></zone>");

    [Fact]
    public void Interfaces_go_into_the_zones_that_are_named_with_their_ports_open_there()
    {
        HostPolicy policy = Policy with { Firewall = new FirewallPolicy { FirewalldZones = [("eth0", "internal"), ("eth9", "internal"), ("eth1", "nowhere")] } };
        AuditFacts facts = Host().Facts(policy: policy);
        MadeChanges made = FirewalldZonesChange.Of(facts, policy);
        Assert.Equal(["eth9 is not put into firewalld's zone internal: the host has no such interface (FW-10)", "eth1 is not put into firewalld's zone nowhere: the host has no such zone (FW-10)"], made.Notes);
        Change change = Assert.Single(made.Changes);
        Assert.Equal(ChangeRisk.LockOut, change.Risk);
        CommandStep step = Assert.IsType<CommandStep>(Assert.Single(change.Steps));
        Assert.Equal("firewall-cmd --zone=internal --query-interface=eth0", string.Join(' ', step.Read));
        Assert.Equal("firewall-cmd --zone=internal --change-interface=eth0", string.Join(' ', Assert.Single(step.Set)));
        Assert.Equal("firewall-cmd --zone=public --change-interface=eth0", string.Join(' ', Assert.Single(step.Undo)));
        CommandStep kept = Assert.IsType<CommandStep>(Assert.Single(change.Lasting));
        Assert.Equal("firewall-cmd --permanent --zone=internal --remove-interface=eth0", string.Join(' ', Assert.Single(kept.Undo)));

        // What the Internet may reach is opened where its interface comes to.
        Change ports = FirewalldChange.Of(policy, facts)!;
        Assert.DoesNotContain(ports.Steps.OfType<CommandStep>(), static one => one.Read.Contains("--zone=public"));
        Assert.Contains("443/tcp", ports.Steps.OfType<CommandStep>().Single(static one => one.Read.Contains("--zone=internal")).Wanted, StringComparison.Ordinal);
        Assert.Same(MadeChanges.None, FirewalldZonesChange.Of(facts, Policy));
    }

    [Fact]
    public void What_is_missing_is_opened_at_once_and_for_good_and_nothing_else_is_touched()
    {
        Change change = FirewalldChange.Of(Policy, Host().Facts(policy: Policy))!;
        CommandStep outer = change.Steps.OfType<CommandStep>().Single(static step => step.Read.Contains("--zone=public"));
        Assert.Equal(["firewall-cmd", "--zone=public", "--list-ports"], outer.Read);
        Assert.Equal("443/tcp 5900-5910/tcp 80/udp", outer.Wanted);
        Assert.Equal(["firewall-cmd --zone=public --add-port=443/tcp", "firewall-cmd --zone=public --add-port=5900-5910/tcp"], outer.Set.Select(static words => string.Join(' ', words)));
        Assert.Equal("firewall-cmd --zone=public --add-port=5901/tcp", string.Join(' ', outer.Undo[^1]));
        Assert.Equal("9100/tcp", change.Steps.OfType<CommandStep>().Single(static step => step.Read.Contains("--zone=internal")).Wanted);
        Assert.Equal("9100/tcp", change.Steps.OfType<CommandStep>().Single(static step => step.Read.Contains("--zone=libvirt")).Wanted);
        Assert.All(change.Lasting.OfType<CommandStep>(), static step => Assert.Equal("--permanent", step.Read[1]));
        Assert.Equal("443/tcp 5900-5910/tcp", change.Lasting.OfType<CommandStep>().Single(static step => step.Read.Contains("--zone=public")).Wanted);
    }

    [Fact]
    public void Where_it_lets_all_through_or_does_not_run_there_is_nothing_to_do()
    {
        HostPolicy web = Policy with { Services = [new("https", [new(Transport.Tcp, 443, 443)], ["internet"])] };
        Assert.Null(FirewalldChange.Of(web, Host(Runtime.Replace("5901/tcp", "443/tcp", StringComparison.Ordinal), "<port port=\"443\" protocol=\"tcp\"/>").Facts(policy: web)));
        Assert.Null(FirewalldChange.Of(Policy, NetHosts.Good().Facts(policy: Policy)));
        Assert.Null(FirewalldChange.Of(Policy with { Firewall = new FirewallPolicy { Managed = false } }, Host().Facts(policy: Policy)));
    }
}
