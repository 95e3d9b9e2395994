using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Matrix;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Exposure;
using Virtward.Hardening.Checks.Firewall;
using Virtward.Hardening.Checks.Ipv6;
using Virtward.Hardening.Checks.Vpn;
using Virtward.Hardening.Firewall;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Firewall;

/// <summary>The firewall that a policy comes to, judged by the same engine and checks as anybody's.</summary>
public sealed class PolicyFirewallTests
{
    private static readonly Check[] Checks =
    [
        Exp01.Check, Exp02.Check, Exp03.Check, Exp04.Check, Exp05.Check, Exp06.Check, Exp07.Check, Exp08.Check, Exp09.Check, Exp10.Check, Exp11.Check, Exp13.Check, Exp14.Check, Exp15.Check,
        Exp18.Check, Exp20.Check, Fw02.Check, Fw03.Check, Fw04.Check, Fw05.Check, Fw06.Check, Fw07.Check, Fw15.Check, Fw16.Check, Fw20.Check, V6Check01.Check, V6Check04.Check, Vpn03.Check,
    ];

    private static HostPolicy Policy => DefaultPolicy.Read() with
    {
        Zones = [new("management", ["eth1"], [Prefix.Parse("192.168.1.0/24")])],
        Services = [new("wireguard", [new(Transport.Udp, 51820, 51820)], ["internet"])],
        Firewall = new FirewallPolicy
        {
            Output = [new(Transport.Udp, 53, 53), new(Transport.Udp, 123, 123), new(Transport.Tcp, 53, 53), new(Transport.Tcp, 80, 80), new(Transport.Tcp, 443, 443), new(Transport.Udp, 51820, 51820)],
        },
    };

    [Fact]
    public void The_checks_find_nothing_on_an_open_host_that_got_it()
    {
        AuditFacts facts = Closed(Open(), Policy);
        Assert.Empty(facts.Exposure.Ruleset!.Notes);
        Assert.All(Checks, check => Assert.True(check.Judge(facts).Status is Status.Pass or Status.NotApplicable, $"{check.Id}: {Tell(check.Judge(facts))}"));
        Assert.DoesNotContain(facts.Exposure.Report!.Rows.Concat(facts.Exposure.Report.Paths), static row => row.Cells.Any(static cell => cell.Concern == Concern.Wrong));
    }

    internal static AuditFacts Closed(TestHost host, HostPolicy policy)
    {
        AuditFacts before = host.Facts(policy: policy);
        string rules = PolicyFirewall.Listing(PolicyFirewall.Script(policy, before, PolicyParts.None));
        return host.Rules(rules).Facts(policy: policy);
    }

    private static TestHost Open() => new TestHost().Listeners(
        TestHost.Socket("tcp", "0.0.0.0", 22, "ssh", "sshd"), TestHost.Socket("tcp", "::", 22, "ssh", "sshd"), TestHost.Socket("tcp", "0.0.0.0", 5901, "vnc", "qemu-system-x86"),
        TestHost.Socket("tcp", "0.0.0.0", 16509, "libvirt", "libvirtd"), TestHost.Socket("udp", "0.0.0.0", 53, "dns", "dnsmasq"), TestHost.Socket("tcp", "0.0.0.0", 9090, "cockpit", "cockpit-tls"),
        TestHost.Socket("udp", "0.0.0.0", 51820, "wireguard", ""), TestHost.Socket("udp", "0.0.0.0", 67, "dhcp", "dnsmasq", "virbr0"));

    private static string Tell(Outcome outcome) =>
        $"{outcome.Status}: {outcome.Reason}{string.Join("; ", outcome.Findings.Select(static finding => $"{finding.Subject}: {finding.What} [{string.Join(", ", finding.Evidence)}]"))}";
}
