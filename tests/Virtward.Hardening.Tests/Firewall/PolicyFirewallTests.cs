using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Zones;
using Virtward.Hardening.Checks;
using Virtward.Hardening.Checks.Exposure;
using Virtward.Hardening.Checks.Firewall;
using Virtward.Hardening.Checks.Ipv6;
using Virtward.Hardening.Checks.Vpn;
using Virtward.Hardening.Firewall;
using Virtward.Hardening.Inventory;
using Virtward.Hardening.Preflight;
using Virtward.Hardening.Tests.Support;

namespace Virtward.Hardening.Tests.Firewall;

/// <summary>The firewall that a policy comes to, judged by the same engine and checks as anybody's.</summary>
public sealed class PolicyFirewallTests
{
    private const string Nat = """
        table ip nat { # handle 9
        	chain prerouting { # handle 1
        		type nat hook prerouting priority dstnat; policy accept;
        		iifname "eth0" tcp dport 443 dnat to 192.168.122.11:8443 # handle 2
        		iifname "eth0" tcp dport 2222 dnat to 192.168.122.12:22 # handle 3
        	}
        }

        """;

    private const string Guards = "table inet virtward {\n\tset ban4_32 {\n\t\ttype ipv4_addr\n\t\tflags timeout\n\t}\n\tchain guard_prerouting {\n\t\ttype filter hook prerouting priority -350; policy accept;\n\t}\n}\n";

    private static readonly Check[] Checks =
    [
        Exp01.Check, Exp02.Check, Exp03.Check, Exp04.Check, Exp05.Check, Exp06.Check, Exp07.Check, Exp08.Check, Exp09.Check, Exp10.Check, Exp11.Check, Exp13.Check, Exp14.Check, Exp15.Check,
        Exp18.Check, Exp20.Check, Fw02.Check, Fw03.Check, Fw04.Check, Fw05.Check, Fw06.Check, Fw07.Check, Fw15.Check, Fw16.Check, Fw20.Check, V6Check01.Check, V6Check03.Check, V6Check04.Check, Vpn03.Check,
    ];

    [Fact]
    public void The_checks_find_nothing_on_an_open_host_that_got_it()
    {
        AuditFacts before = FirewallHosts.Isolated().Facts(policy: FirewallHosts.Policy);
        Assert.NotEmpty(Exp02.Check.Judge(before).Findings);
        AuditFacts facts = FirewallHosts.Closed(FirewallHosts.Isolated(), FirewallHosts.Policy);
        Assert.Empty(facts.Exposure.Ruleset!.Notes);
        AllHold(facts, Checks);
        Assert.DoesNotContain(facts.Exposure.Report!.Rows.Concat(facts.Exposure.Report.Paths), static row => row.Cells.Any(static cell => cell.Concern == Concern.Wrong));
        Assert.All(Cells(facts, "ssh", Zone.Management), static cell => Assert.Equal(PrefixSet.Of(Prefix.Parse("192.168.1.0/24")).Subtract(Prefix.Parse("192.168.1.100")), cell.Sets.Limited));
        Assert.All(Cells(facts, "ssh", Zone.Internet), static cell => Assert.Equal(Concern.Closed, cell.Concern));
    }

    [Fact]
    public void Every_zone_gets_what_it_was_given_and_no_other_on_a_host_of_its_own_networks() => EachItsOwn(FirewallHosts.Isolated(),
        [new("management", ["eth1"], [Prefix.Parse("192.168.1.0/24")]), new("office", ["eth0"], [Prefix.Parse("203.0.113.64/26"), Prefix.Parse("2001:db8:5::/48")])], "internet", "management", "guests", "office");

    [Fact]
    public void Every_zone_gets_what_it_was_given_and_no_other_where_all_share_a_bridge() => EachItsOwn(FirewallHosts.Shared(),
        [new("management", ["eth0"], [Prefix.Parse("192.168.1.0/28")])], "internet", "management", "guests");

    [Fact]
    public void Every_zone_gets_what_it_was_given_and_no_other_where_zones_are_guessed() => EachItsOwn(FirewallHosts.Isolated(), [], "internet", "management", "guests");

    [Fact]
    public void A_forward_is_open_by_the_port_that_was_declared_and_by_no_other()
    {
        HostPolicy policy = FirewallHosts.Policy with { Services = [.. FirewallHosts.Policy.Services, new("https", [new(Transport.Tcp, 443, 443)], ["internet"])] };
        AuditFacts facts = FirewallHosts.Closed(FirewallHosts.Isolated(), policy, Nat);
        ExposureRow[] forwards = [.. facts.Exposure.Report!.Rows.Where(static row => row.Endpoint.Place == EndpointPlace.Published)];
        Assert.NotEqual(Concern.Closed, forwards.Single(static row => row.Endpoint.Ports.First == 443).Cells.Single(static cell => cell.Zone == Zone.Internet).Concern);
        Assert.DoesNotContain(forwards, static row => row.Endpoint.Ports.First == 2222 && row.Cells.Any(static cell => cell.Concern != Concern.Closed));
        Assert.Contains(FirewallHosts.Isolated().Rules(Nat).Facts().Exposure.Report!.Rows, static row => row.Endpoint.Place == EndpointPlace.Published && row.Endpoint.Ports.First == 2222);

        // Not by the guest's own port, and not by its own address.
        Assert.False(Ask(facts, Zone.Internet, Zone.Guests));
        AllHold(facts, [Exp11.Check, Fw03.Check]);
    }

    [Fact]
    public void A_declared_way_through_is_open_and_the_others_are_not()
    {
        HostPolicy policy = FirewallHosts.Policy with
        {
            Services = [new("web", [new(Transport.Tcp, 80, 80), new(Transport.Tcp, 8000, 8010)], ["management"]) { To = "guests" }],
            Firewall = FirewallHosts.Policy.Firewall with { Forward = [new("guests", ["internet"]), new("management", ["internet"])] },
        };
        AuditFacts facts = FirewallHosts.Closed(FirewallHosts.Isolated(), policy);
        Assert.Equal("tcp 80,8000-8010", string.Join(' ', facts.Exposure.Questions!.Between(Zone.Management, Zone.Guests)!.Ports.Select(static one => $"tcp {one.Ports.ToText(8).Replace(", ", ",", StringComparison.Ordinal)}")));
        Assert.True(Ask(facts, Zone.Guests, Zone.Internet));
        Assert.True(Ask(facts, Zone.Management, Zone.Internet));
        Assert.False(Ask(facts, Zone.Guests, Zone.Management));
        Assert.False(Ask(facts, Zone.Internet, Zone.Guests));
        Assert.False(Ask(facts, Zone.Internet, Zone.Management));
    }

    [Fact]
    public void Where_IPv6_is_off_nothing_gets_in_or_out_by_it()
    {
        HostPolicy policy = FirewallHosts.Policy with { Ipv6 = Ipv6Policy.Off, Services = [new("https", [new(Transport.Tcp, 1001, 1001)], ["internet"])], Firewall = new FirewallPolicy() };
        AuditFacts facts = FirewallHosts.Closed(FirewallHosts.Isolated(), policy);
        ExposureRow[] rows = [.. facts.Exposure.Report!.Rows, .. facts.Exposure.Report.Paths];
        PrefixSet six = PrefixSet.Of(Prefix.Parse("::/0"));
        Assert.Contains(rows, static row => row.Cells.Any(static cell => !cell.Sets.Accepted.IsEmpty));
        Assert.DoesNotContain(rows, row => row.Cells.Any(cell => !cell.Sets.Accepted.Union(cell.Sets.Limited).Intersect(six).IsEmpty));
        AllHold(facts, [V6Check01.Check, Fw05.Check, Fw07.Check]);
    }

    [Fact]
    public void Guests_of_a_bridge_with_an_uplink_speak_no_IPv6_through_it_where_that_is_off()
    {
        TestHost host = FirewallHosts.Shared().Text(SnapshotNames.Sysctl, "net.ipv4.ip_forward = 1\nnet.ipv6.conf.all.disable_ipv6 = 0\nnet.ipv6.conf.br0.disable_ipv6 = 1\n");
        Judged.Fails(V6Check03.Check, FirewallHosts.Closed(host, FirewallHosts.Policy with { Zones = [] }), "bridge br0");
        Judged.Passes(V6Check03.Check, FirewallHosts.Closed(host, FirewallHosts.Policy with { Zones = [], Ipv6 = Ipv6Policy.Off }));
    }

    [Fact]
    public void A_guest_poses_as_no_router_on_any_bridge()
    {
        Judged.Passes(V6Check04.Check, FirewallHosts.Closed(FirewallHosts.Shared(), FirewallHosts.Policy with { Zones = [] }));
        Judged.Fails(V6Check04.Check, FirewallHosts.Shared().Facts(), "bridge br0");
    }

    [Fact]
    public void Nobody_is_believed_by_an_address_on_another_interface()
    {
        AuditFacts facts = FirewallHosts.Closed(FirewallHosts.Isolated(), FirewallHosts.Policy with { Firewall = new FirewallPolicy { AntiSpoofing = false } });
        Judged.Passes(Exp15.Check, facts);
        string with = PolicyFirewall.Script(FirewallHosts.Policy, FirewallHosts.Isolated().Facts(), PolicyParts.None);
        Assert.Contains("iifname { \"eth0\", \"eth1\", \"virbr0\" } jump policy_sources", with, StringComparison.Ordinal);
        Assert.DoesNotContain("policy_sources", PolicyFirewall.Script(FirewallHosts.Policy with { Firewall = new FirewallPolicy { AntiSpoofing = false } }, FirewallHosts.Isolated().Facts(), PolicyParts.None), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_answers_may_go_another_way_routes_refuse_nobody()
    {
        TestHost two = FirewallHosts.Isolated().Text(SnapshotNames.Routes, """
            [{"dst":"default","gateway":"203.0.113.1","dev":"eth0","table":"main"},{"dst":"default","gateway":"192.168.1.1","dev":"eth1","table":"main","metric":100},
             {"dst":"203.0.113.0/24","dev":"eth0","table":"main","scope":"link"},{"dst":"192.168.1.0/24","dev":"eth1","table":"main","scope":"link"},{"dst":"192.168.122.0/24","dev":"virbr0","table":"main","scope":"link"}]
            """);
        string script = PolicyFirewall.Script(FirewallHosts.Policy, two.Facts(policy: FirewallHosts.Policy), PolicyParts.None);
        Assert.Contains("meta nfproto ipv4 iifname \"virbr0\" jump policy_sources", script, StringComparison.Ordinal);
        Assert.Contains("iifname \"eth0\" ip saddr { 192.168.1.0/24, 192.168.122.0/24 } counter drop", script, StringComparison.Ordinal);

        TestHost marked = FirewallHosts.Isolated().Text(SnapshotNames.Rules, """[{"priority":0,"src":"all","table":"local"},{"priority":100,"src":"all","fwmark":"0x1","table":"100"},{"priority":32766,"src":"all","table":"main"}]""");
        Assert.DoesNotContain("meta nfproto ipv4 iifname { \"eth0\"", PolicyFirewall.Script(FirewallHosts.Policy, marked.Facts(policy: FirewallHosts.Policy), PolicyParts.None), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_host_and_policy_give_the_same_text_with_the_rules_in_force_and_without()
    {
        AuditFacts open = FirewallHosts.Isolated().Facts(policy: FirewallHosts.Policy);
        AuditFacts closed = FirewallHosts.Closed(FirewallHosts.Isolated(), FirewallHosts.Policy);
        Assert.Equal(FirewallChange.RulesFile(FirewallHosts.Policy, open), FirewallChange.RulesFile(FirewallHosts.Policy, closed));
        Assert.Equal(
            PolicyFirewall.Script(FirewallHosts.Policy, open, PolicyParts.None), PolicyFirewall.Script(FirewallHosts.Policy, closed, PolicyParts.Of(closed.Exposure.Ruleset)));
    }

    [Fact]
    public void Guests_and_their_network_may_be_up_or_not()
    {
        const string Network = "<network><name>default</name><forward mode='nat'/><bridge name='virbr0' stp='on' delay='0'/><ip address='192.168.122.1' netmask='255.255.255.0'><dhcp><range start='192.168.122.2' end='192.168.122.254'/></dhcp></ip></network>";
        TestHost up = new TestHost().Text("libvirt/network-default.xml", Network);
        TestHost down = new TestHost().Text("libvirt/network-default.xml", Network);
        foreach (string name in new[] { SnapshotNames.Links, SnapshotNames.Addresses, SnapshotNames.Routes })
        {
            string text = down.Snapshot.Text(name)!;
            down.Text(name, string.Join('\n', text.Split('\n').Where(static line => !line.Contains("virbr0", StringComparison.Ordinal) && !line.Contains("192.168.122.1\"", StringComparison.Ordinal))).TrimEnd().TrimEnd(',', ']') + "]");
        }

        HostPolicy policy = FirewallHosts.Policy with { Firewall = new FirewallPolicy { AntiSpoofing = false } };
        Assert.DoesNotContain(down.Facts().Host.Network.Interfaces, static one => one.Name == "virbr0");
        Assert.Equal(FirewallChange.RulesFile(policy, up.Facts(policy: policy)), FirewallChange.RulesFile(policy, down.Facts(policy: policy)));
    }

    [Fact]
    public void What_a_policy_no_longer_says_goes()
    {
        HostPolicy wide = FirewallHosts.Policy with
        {
            Zones = [.. FirewallHosts.Policy.Zones, new("office", ["eth0"], [Prefix.Parse("203.0.113.64/26")])],
            Services = [new("printing", [new(Transport.Tcp, 631, 631)], ["office"]) { Rate = new ServiceRate(5, TimeSpan.FromMinutes(1)) }],
        };
        AuditFacts before = FirewallHosts.Isolated().Rules(Guards).Facts(policy: wide);
        Ruleset planned = PlannedRuleset.Of(before.Exposure.Ruleset!, PolicyFirewall.Script(wide, before, PolicyParts.None)).Value;
        Assert.Equal(["guard_prerouting"], planned.Tables.Single(static table => table.Family == Virtward.Exposure.Rulesets.Family.Inet).Chains.Select(static chain => chain.Name).Where(static name => !PolicyParts.Is(name)));
        PolicyParts present = PolicyParts.Of(planned);
        Assert.Contains("policy_from_office", present.Chains.Keys);
        Assert.Contains("policy_rate_printing_5_minute_4", present.Sets);
        string script = PolicyFirewall.Script(FirewallHosts.Policy, before, present);
        Assert.Contains("delete chain inet virtward policy_from_office\n", script, StringComparison.Ordinal);
        Assert.Contains("delete set inet virtward policy_rate_printing_5_minute_6\n", script, StringComparison.Ordinal);
        Assert.DoesNotContain("guard_", script, StringComparison.Ordinal);
        Assert.DoesNotContain("ban4", script, StringComparison.Ordinal);
        string removal = PolicyFirewall.Removal(planned, tables: true);
        Assert.DoesNotContain("guard_", removal, StringComparison.Ordinal);
        Assert.DoesNotContain("delete table inet", removal, StringComparison.Ordinal);
        Assert.Contains("delete table bridge virtward", removal, StringComparison.Ordinal);
        Assert.Equal("", PolicyFirewall.Removal(Ruleset.Empty, tables: true));
    }

    [Fact]
    public void The_change_says_what_it_is_and_lasts_by_file_and_unit()
    {
        Hardening.Changes.Change change = FirewallChange.Of(FirewallHosts.Policy, FirewallHosts.Isolated().Facts(policy: FirewallHosts.Policy))!;
        Assert.Equal("firewall", change.Id);
        Assert.Equal(3, change.Lasting.Length);
        Assert.All(change.Checks, static id => Assert.Contains(Catalogue.All, check => check.Id == id));
        Assert.Null(FirewallChange.Of(FirewallHosts.Policy with { Firewall = new FirewallPolicy { Managed = false } }, FirewallHosts.Isolated().Facts()));

        // What the host itself sends is closed only where the policy says what it may send.
        HostPolicy open = FirewallHosts.Policy with { Firewall = FirewallHosts.Policy.Firewall with { Output = null } };
        Assert.Equal(["EXP-20", "FW-04"], change.Checks.Except(FirewallChange.Of(open, FirewallHosts.Isolated().Facts(policy: open))!.Checks));
    }

    [Fact]
    public void No_name_of_a_device_writes_rules()
    {
        Assert.False(FirewallWay.CanName("a\" accept"));
        Assert.False(FirewallWay.CanName("a*"));
        Assert.True(FirewallWay.CanName("wg*", pattern: true));
        Assert.Empty(new FirewallWay(["a\"b"], null).From());
        Assert.Equal(["iifname { \"eth1\", \"lan\" } ", "iifname \"wg*\" "], new FirewallWay(["wg*", "lan", "eth1"], null).From());
    }

    // One port for each zone, which every zone tries.
    private static void EachItsOwn(TestHost host, ImmutableArray<ZonePolicy> zones, params string[] names)
    {
        HostPolicy policy = DefaultPolicy.Read() with
        {
            Zones = zones,
            Services = [.. names.Select(static (name, at) => new ServicePolicy($"own-{name}", [new(Transport.Tcp, (ushort)(1001 + at), (ushort)(1001 + at))], [name]))],
            Firewall = new FirewallPolicy { AntiSpoofing = false },
        };
        AuditFacts facts = FirewallHosts.Closed(host, policy);
        Assert.Equal(names.Order(), facts.Zones.Zones.Where(static zone => !zone.Entries.IsEmpty).Select(static zone => zone.Name).Order());
        foreach (ExposureRow row in facts.Exposure.Report!.Rows.Where(static row => (int)row.Endpoint.Ports.First is >= 1001 and <= 1004 && row.Endpoint.Place == EndpointPlace.Host))
        {
            foreach (Cell cell in row.Cells)
            {
                int at = Array.IndexOf(names, cell.Zone);
                bool own = (int)row.Endpoint.Ports.First == 1001 + at;
                Assert.True(own ? !cell.Sets.Accepted.IsEmpty && cell.Asked.Intersect(Destinations.Routable).Subtract(cell.Sets.Accepted).Intersect(cell.Sets.Dropped.Union(cell.Sets.Rejected)).IsEmpty
                        || Unreachable(cell) : cell.Sets.Accepted.IsEmpty && cell.Sets.Limited.IsEmpty,
                    $"{cell.Zone} to {row.Endpoint.PortText}: {cell.Words}; asked {cell.Asked}");
            }
        }
    }

    // What the kernel itself drops (martians) is nobody's.
    private static bool Unreachable(Cell cell) => !cell.Sets.Accepted.IsEmpty
        && cell.Sets.Witnesses.Where(static witness => witness.Outcome == Virtward.Exposure.Answers.Outcome.Drop).All(static witness => witness.Trace.Why.Length > 0 && witness.Trace.Why[^1].Table.Length == 0);

    private static bool Ask(AuditFacts facts, string from, string to) =>
        facts.Exposure.Questions!.Between(from, to) is { } answer && !(answer.Sets.Accepted.IsEmpty && answer.Sets.Limited.IsEmpty);

    private static Cell[] Cells(AuditFacts facts, string service, string zone) =>
        [.. facts.Exposure.Report!.Rows.Where(row => row.Endpoint.Place == EndpointPlace.Host && row.Endpoint.Service.Name == service).SelectMany(row => row.Cells.Where(cell => cell.Zone == zone))];

    private static void AllHold(AuditFacts facts, Check[] checks) =>
        Assert.All(checks, check => Assert.True(check.Judge(facts).Status is Status.Pass or Status.NotApplicable, $"{check.Id}: {Tell(check.Judge(facts))}"));

    private static string Tell(Outcome outcome) =>
        $"{outcome.Status}: {outcome.Reason}{string.Join("; ", outcome.Findings.Select(static finding => $"{finding.Subject}: {finding.What} [{string.Join(", ", finding.Evidence)}]"))}";
}
