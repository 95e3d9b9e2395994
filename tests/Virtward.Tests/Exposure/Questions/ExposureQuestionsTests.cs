using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Policy.Reading;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Facts;
using Virtward.Exposure.Facts.Guests;
using Virtward.Exposure.Matrix;
using Virtward.Exposure.Paths;
using Virtward.Exposure.Questions;
using Virtward.Exposure.Rulesets;
using Virtward.Tests.Exposure.Facts;
using Xunit;

namespace Virtward.Tests.Exposure.Questions;

public sealed class ExposureQuestionsTests
{
    private readonly HostFacts _facts = KvmHost.Facts();

    [Theory]
    [InlineData("guests", "management", "any port", "192.168.122.0/24")]
    [InlineData("guests", "vpn", "any port", "192.168.122.0/24")]
    [InlineData("guests", "internet", "any port", "192.168.122.0/24")]
    [InlineData("guests", "host", "udp 53, 67, 51820", "192.168.122.0/24")]
    [InlineData("host", "internet", "any port", "the host")]
    [InlineData("internet", "guests", "", "nobody")]
    [InlineData("internet", "management", "", "nobody")]
    [InlineData("internet", "host", "udp 51820", "anyone")]
    [InlineData("management", "host", "tcp 22; udp 51820", "192.168.1.0/24")]
    public void A_network_with_nat_goes_anywhere_and_nothing_comes_in(string from, string to, string ports, string who)
    {
        PathAnswer answer = KvmHost.Ask(KvmHost.LibvirtNat).Between(from, to)!;
        Assert.Contains(who, answer.Words, StringComparison.Ordinal);
        Assert.Equal(ports, PathWords.What(answer));
        Assert.Equal(who != "nobody", answer.IsOpen);
    }

    [Fact]
    public void The_deciding_rule_comes_with_an_example()
    {
        PathAnswer answer = KvmHost.Ask(KvmHost.LibvirtNat).Between("guests", "management")!;
        Witness witness = answer.Sets.Witnesses.Single(static one => one.Outcome == Outcome.Accept);
        Assert.Equal("eth1", witness.Trace.To);
        Assert.Equal("192.168.122.10 192.168.1.20 22", $"{witness.Packet.Source} {witness.Packet.Destination} {witness.Packet.DestinationPort}");
        Assert.Contains(witness.Trace.Why, static why => why.Chain == "forward" && why.Rule.Contains("ip saddr 192.168.122.0/24 accept", StringComparison.Ordinal));
        Assert.Equal(["virbr0"], answer.Via);
    }

    [Fact]
    public void A_part_of_a_network_is_named_and_a_whole_one_is_not()
    {
        PathAnswer answer = KvmHost.Ask("""
            table inet filter {
                chain forward {
                    type filter hook forward priority filter; policy drop;
                    iifname "virbr0" ip daddr 192.168.1.7 tcp dport { 80, 443 } accept
                    iifname "virbr0" oifname "eth0" tcp dport != 25 accept
                }
            }
            """).Between("guests", "management")!;
        Assert.Equal("tcp 80, 443 at 192.168.1.7", PathWords.What(answer));
        PathAnswer out25 = KvmHost.Ask("""
            table inet filter {
                chain forward {
                    type filter hook forward priority filter; policy drop;
                    iifname "virbr0" oifname "eth0" tcp dport != 25 accept
                }
            }
            """).Between("guests", "internet")!;
        Assert.Equal("tcp all but 25", PathWords.What(out25));
    }

    [Fact]
    public void A_forward_is_no_way_into_the_network_that_it_leads_to()
    {
        const string rules = """
            table ip nat {
                chain prerouting {
                    type nat hook prerouting priority dstnat; policy accept;
                    iifname "eth0" tcp dport 8080 dnat to 192.168.122.10:80
                }
            }
            table inet filter {
                chain forward {
                    type filter hook forward priority filter; policy drop;
                    ct status dnat accept
                }
            }
            """;
        ExposureReport report = KvmHost.Report(rules);
        Assert.False(KvmHost.Ask(rules).Between("internet", "guests")!.IsOpen);
        Assert.Equal(Concern.Look, report.Rows.Single(static row => row.Endpoint.Place == EndpointPlace.Published).Concern);
        Assert.All(report.Rows.Where(static row => row.Endpoint.Place == EndpointPlace.Guest), static row => Assert.Equal(Concern.Closed, row.Cells[0].Concern));
    }

    [Fact]
    public void Guests_of_one_bridge_meet_past_the_hosts_rules_unless_their_ports_are_isolated()
    {
        Guest web = Guest("web1");
        Guest db = Guest("db1");
        Guest lab = Guest("lab1");
        const string closed = "table inet filter { chain forward { type filter hook forward priority filter; policy drop; } }";
        Assert.True(KvmHost.Ask(closed).BetweenGuests(web, db) is { IsOpen: true, Bridged: true });
        Assert.False(KvmHost.Ask(closed).BetweenGuests(web, lab)!.IsOpen);
        Assert.False(KvmHost.Ask(closed, isolated: true).BetweenGuests(web, db)!.IsOpen);
        Assert.True(KvmHost.Ask("").BetweenGuests(web, lab) is { IsOpen: true, Bridged: false });
        // Isolated ports, and the host routes back out by the bridge that it came from.
        Assert.True(KvmHost.Ask("", isolated: true).BetweenGuests(web, db) is { IsOpen: true, Bridged: false });
    }

    [Fact]
    public void A_forged_source_is_told()
    {
        ExposureQuestions loose = KvmHost.Ask("table inet filter { chain input { type filter hook input priority filter; policy drop; ip saddr 192.168.1.0/24 tcp dport 22 accept; } }");
        Assert.Equal("tcp 22", PathWords.What(loose.Forged("management", "internet", "host")!));
        ExposureQuestions strict = KvmHost.Ask("table inet filter { chain input { type filter hook input priority filter; policy drop; fib saddr . iif oif 0 drop; ip saddr 192.168.1.0/24 tcp dport 22 accept; } }");
        Assert.False(strict.Forged("management", "internet", "host")!.IsOpen);
    }

    [Fact]
    public void Other_networks_behind_the_host_and_egress_of_the_host()
    {
        ExposureQuestions questions = KvmHost.Ask("""
            table inet filter {
                chain forward { type filter hook forward priority filter; policy drop; iifname "virbr0" ip daddr 172.16.5.0/24 accept; }
                chain output { type filter hook output priority filter; policy drop; udp dport { 53, 123 } accept; tcp dport 443 accept; }
            }
            """);
        Assert.Equal("172.16.5.0/24", questions.ToNetworks("guests", PrefixSet.Of(Prefix.Parse("172.16.0.0/16")))!.Destinations.ToString());
        Assert.Equal("tcp 443; udp 53, 123", PathWords.What(questions.Between("host", "internet")!));
        Assert.Null(questions.Between("mars", "internet"));
        Assert.Null(questions.Between("internet", "mars"));
    }

    [Fact]
    public void The_report_judges_ways_and_names_them()
    {
        ExposureReport report = KvmHost.Report(KvmHost.LibvirtNat);
        Assert.Equal(["internet", "management", "vpn", "guests", "host"], report.Paths.Select(static row => row.Endpoint.Name));
        Assert.Equal(Concern.Wrong, Cell(report, "management", "guests").Concern);
        Assert.Equal("192.168.122.0/24", Cell(report, "management", "guests").Words);
        Assert.Equal(Concern.Wrong, Cell(report, "vpn", "guests").Concern);
        Assert.Equal(Concern.Fine, Cell(report, "internet", "guests").Concern);
        Assert.Equal(Concern.Look, Cell(report, "internet", "host").Concern);
        Assert.Equal(Concern.Closed, Cell(report, "guests", "internet").Concern);
        Assert.Equal(Concern.Fine, Cell(report, "host", "guests").Concern);
        Assert.Equal(Concern.Wrong, Cell(KvmHost.Report(""), "host", "internet").Concern);
        Assert.DoesNotContain(report.Rows, static row => row.Endpoint.Place == EndpointPlace.Network);
    }

    [Fact]
    public void A_difference_of_ports_or_addresses_alone_is_a_change()
    {
        const string more = """
            table inet filter {
                chain forward { type filter hook forward priority filter; policy drop; iifname "virbr0" ip daddr 192.168.1.7 tcp dport { 80, 443 } accept; }
            }
            """;
        ExposureReport wide = KvmHost.Report(more);
        ExposureReport narrow = KvmHost.Report(more.Replace("{ 80, 443 }", "80", StringComparison.Ordinal));
        ExposureChange opened = Assert.Single(ExposureDiff.Between(narrow, wide).Changes);
        Assert.Equal(("management", "guests", true, false), (opened.Endpoint.Name, opened.Zone, opened.Opens, opened.Closes));
        ExposureChange closed = Assert.Single(ExposureDiff.Between(wide, narrow).Changes);
        Assert.Equal((false, true), (closed.Opens, closed.Closes));
        Assert.Empty(ExposureDiff.Between(wide, wide).Changes);
    }

    [Theory]
    [InlineData("https: { from: [internet] }", "internet", Concern.Fine)]
    [InlineData("https: { from: [vpn] }", "internet", Concern.Look)]
    [InlineData("https: { from: [internet], rate: 30/minute }", "internet", Concern.Look)]
    [InlineData("redis: { ports: [6379], from: [internet, management] }", "internet", Concern.Look)]
    public void What_the_policy_declares_is_as_it_should_be(string service, string zone, Concern expected)
    {
        ExposureReport report = Declared(service, "tcp dport 443 accept");
        Assert.Equal(expected, report.Rows.Single(static row => row.Endpoint.Ports.First == 443).Cells.Single(cell => cell.Zone == zone).Concern);
    }

    [Fact]
    public void A_declared_way_is_fine_and_one_port_more_is_not()
    {
        const string service = "printer: { ports: [9100/tcp], to: management, from: [guests] }";
        Assert.Equal(Concern.Fine, Cell(Declared(service, "", "iifname \"virbr0\" oifname \"eth1\" tcp dport 9100 accept"), "management", "guests").Concern);
        Assert.Equal(Concern.Wrong, Cell(Declared(service, "", "iifname \"virbr0\" oifname \"eth1\" tcp dport { 22, 9100 } accept"), "management", "guests").Concern);
        Assert.Equal(Concern.Wrong, Cell(Declared(service, "", "iifname \"virbr0\" oifname \"eth1\" accept"), "management", "guests").Concern);
    }

    [Theory]
    [InlineData("eth5", Concern.Fine)]
    [InlineData("vrf0", Concern.Fine)]
    [InlineData("eth6", Concern.Closed)]
    public void A_listener_is_reached_by_the_device_it_is_bound_to_or_by_its_vrfs_devices(string device, Concern expected)
    {
        HostFacts facts = HostFacts.Read(SampleHost.Of(
            (SnapshotNames.Links, """[{"ifindex":2,"ifname":"vrf0","flags":["UP"],"link_type":"ether","linkinfo":{"info_kind":"vrf"}},{"ifindex":3,"ifname":"eth5","master":"vrf0","flags":["UP"],"link_type":"ether","linkinfo":{"info_slave_kind":"vrf"}},{"ifindex":4,"ifname":"eth6","flags":["UP"],"link_type":"ether"}]"""),
            (SnapshotNames.Addresses, """[{"ifindex":3,"ifname":"eth5","addr_info":[{"family":"inet","local":"192.168.1.10","prefixlen":24}]}]"""),
            (SnapshotNames.Routes, """[{"dst":"192.168.1.0/24","dev":"eth5","flags":[]}]"""),
            (SnapshotNames.Listeners, $$"""{"version":1,"listeners":[{"protocol":"tcp","number":6,"address":"0.0.0.0","port":22,"device":"{{device}}","processes":[{"pid":7,"name":"sshd"}],"uid":0,"inode":1}]}""")));
        ExposureReport report = new ExposureQuestions(facts, Ruleset.Empty, facts.Zones([])).Matrix.Make(null, static (_, _) => { }, TestContext.Current.CancellationToken);
        Assert.Equal(expected, report.Rows.Single().Cells.Single(static cell => cell.Zone == "management").Concern);
    }

    private static ExposureReport Declared(string service, string input, string forward = "")
    {
        HostPolicy policy = PolicyReader.Read($"version: 1\nservices:\n  {service}\n", "p").Policy!;
        HostFacts facts = KvmHost.Facts(false, (SnapshotNames.Listeners,
            """{"version":1,"listeners":[{"protocol":"tcp","number":6,"address":"0.0.0.0","port":443,"processes":[{"pid":7,"name":"nginx"}],"uid":0,"inode":1}]}"""));
        string rules = $$"""
            table inet filter {
                chain input { type filter hook input priority filter; policy drop; {{input}}{{(input.Length > 0 ? ";" : "")}} }
                chain forward { type filter hook forward priority filter; policy drop; {{forward}}{{(forward.Length > 0 ? ";" : "")}} }
            }
            """;
        return new ExposureQuestions(facts, Hosts.Rules(rules), facts.Zones(policy.Zones), policy.Services).Matrix.Make(null, static (_, _) => { }, TestContext.Current.CancellationToken);
    }

    private Guest Guest(string name) => _facts.Guests.Single(guest => guest.Name == name);

    private static Cell Cell(ExposureReport report, string to, string from) =>
        report.Paths.Single(row => row.Endpoint.Name == to).Cells.Single(cell => cell.Zone == from);
}
