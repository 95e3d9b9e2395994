using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Topology;
using Xunit;

namespace Virtward.Tests.Exposure;

/// <summary>The sets that single constructs make.</summary>
public sealed class ExposureEngineTests
{
    private const string Everyone = "everyone";

    // What the kernel takes from eth0 at all: no groups, no loopback, no 0.0.0.0, no address of its own.
    private static readonly PrefixSet Possible = PrefixSet.Of(Of("0.0.0.0/0")).Subtract(PrefixSet.Of(
        Of("0.0.0.0/32"), Of("127.0.0.0/8"), Of("224.0.0.0/4"), Of("255.255.255.255/32"), Of("203.0.113.10/32"), Of("192.168.1.100/32"), Of("192.168.122.1/32")));

    [Theory]
    [InlineData("tcp dport 22 accept", Everyone)]
    [InlineData("tcp dport 23 accept", "")]
    [InlineData("ip saddr 10.0.0.0/8 accept", "10.0.0.0/8")]
    [InlineData("ip saddr != 10.0.0.0/8 drop; accept", "10.0.0.0/8")]
    [InlineData("ip saddr { 10.0.0.0/8, 11.1.1.1, 12.0.0.1-12.0.0.2 } tcp dport 22 accept", "10.0.0.0/8,11.1.1.1/32,12.0.0.1/32,12.0.0.2/32")]
    [InlineData("ip saddr & 255.255.255.3 == 198.51.100.1 counter accept", "198.51.100.1,5,9,13…")]
    [InlineData("ip saddr . tcp dport { 10.1.1.1 . 22, 10.1.1.2 . 23, 10.2.0.0/16 . 20-30 } accept", "10.1.1.1/32,10.2.0.0/16")]
    [InlineData("ip saddr . tcp dport != { 10.1.1.1 . 22 } drop; accept", "10.1.1.1/32")]
    [InlineData("ip saddr vmap { 10.0.0.0/8 : accept, 11.0.0.0/8 : drop }", "10.0.0.0/8")]
    [InlineData("iifname \"eth1\" accept; iifname \"eth*\" ip saddr 10.0.0.1 accept", "10.0.0.1/32")]
    [InlineData("ct state established,related accept; ct state new ip saddr 10.0.0.1 accept", "10.0.0.1/32")]
    [InlineData("ct state vmap { established : accept, new : drop }", "")]
    [InlineData("tcp sport 1024-65535 accept", Everyone)]
    [InlineData("meta mark 5 accept; ip saddr 10.0.0.7 meta mark set 7; meta mark & 0x4 == 0x4 accept", "10.0.0.7/32")]
    [InlineData("ip saddr 10.0.0.7 ct mark set 7; ct mark 7 accept", "10.0.0.7/32")]
    [InlineData("meta length > 1000 ip saddr 10.0.0.7 accept", "10.0.0.7/32")]
    [InlineData("ip saddr 10.0.0.7 return; accept", "everyone but 10.0.0.7")]
    [InlineData("fib daddr type local ip saddr 10.0.0.0/8 accept", "10.0.0.0/8")]
    [InlineData("fib saddr . iif oif 0 drop; accept", "by eth0 only")]
    [InlineData("@nh,96,8 10 accept", "10.0.0.0/8")]
    [InlineData("meta nfproto ipv6 accept", "")]
    [InlineData("tcp flags & (fin | syn | rst | ack) == syn ip saddr 10.0.0.0/8 accept", "10.0.0.0/8")]
    [InlineData("ip saddr 10.0.0.0/8 jump deeper; ip saddr 11.0.0.0/8 goto deeper; ip saddr 10.0.0.0/7 accept", "10.0.0.0/8 and one of 11")]
    public void Sources_accepted(string rules, string expected)
    {
        SourceSets sets = Ask(Hosts.Input(rules, """
            chain deeper {
                ip saddr 11.1.1.1 accept
                ip saddr 10.1.1.1 return
            }
            """));
        PrefixSet wanted = expected switch
        {
            Everyone => Possible,
            "everyone but 10.0.0.7" => Possible.Subtract(Of("10.0.0.7/32")),
            "by eth0 only" => Possible.Subtract(PrefixSet.Of(Of("192.168.1.0/24"), Of("192.168.122.0/24"))).Subtract(Of("203.0.113.255/32")).Union(
                PrefixSet.Of(Of("203.0.113.255/32"))),
            "198.51.100.1,5,9,13…" => PrefixSet.Of(Enumerable.Range(0, 64).Select(at => new Prefix(Address.FromV4(0xc633_6401 + (4 * (uint)at))))),
            "10.0.0.0/8 and one of 11" => PrefixSet.Of(Of("10.0.0.0/8"), Of("11.1.1.1/32")),
            "" => PrefixSet.Empty,
            _ => PrefixSet.Of(expected.Split(',').Select(Of)),
        };
        Assert.Equal(wanted.ToString(), sets.Accepted.ToString());
        Assert.Equal(PrefixSet.Empty, sets.Limited);
        Assert.Equal(PrefixSet.Empty, sets.Unproven);
    }

    [Theory]
    [InlineData("limit rate 3/minute burst 5 packets accept", Outcome.Limited)]
    [InlineData("limit rate over 3/minute burst 5 packets drop; accept", Outcome.Limited)]
    [InlineData("numgen inc mod 2 0 accept", Outcome.Limited)]
    [InlineData("meta random < 1000 accept", Outcome.Limited)]
    [InlineData("quota until 10 mbytes accept", Outcome.Limited)]
    [InlineData("ct count over 4 drop; accept", Outcome.Limited)]
    [InlineData("hour \"08:00\"-\"18:00\" accept", Outcome.Limited)]
    [InlineData("reject", Outcome.Reject)]
    [InlineData("reject with tcp reset", Outcome.Reject)]
    [InlineData("queue num 0", Outcome.Unproven)]
    [InlineData("limit rate 3/minute burst 5 packets drop; drop", Outcome.Drop)]
    [InlineData("limit rate 3/minute burst 5 packets accept; accept", Outcome.Accept)]
    public void Luck_and_the_unknown_go_both_ways(string rules, Outcome expected)
    {
        SourceSets sets = Ask(Hosts.Input(rules));
        Assert.Equal(Possible, sets[expected].Intersect(Possible));
        Assert.Equal(expected == Outcome.Drop ? PrefixSet.Of(Of("0.0.0.0/0")) : Possible, sets[expected]);
        Assert.Contains(sets.Witnesses, witness => witness.Outcome == expected && witness.Trace.Why.Any(why => why.Table == "filter"));
    }

    [Fact]
    public void Sets_that_packets_fill_make_limited_and_listed_members_stay()
    {
        Ruleset rules = Hosts.Input("tcp dport 1111 add @knock { ip saddr }; ip saddr @knock accept; ip saddr @banned drop; ip saddr 10.0.0.0/30 accept", """
            set knock {
                type ipv4_addr
                flags dynamic
                elements = { 192.0.2.1 }
            }
            set banned {
                type ipv4_addr
                flags interval,timeout
                elements = { 10.0.0.1, 10.0.0.2 timeout 1h expires 30m }
            }
            """);
        SourceSets sets = Ask(rules);
        Assert.Equal("10.0.0.0, 10.0.0.3, 192.0.2.1", sets.Accepted.ToString());
        Assert.Contains(Address.Parse("8.8.8.8"), sets.Limited.Select(prefix => Address.Parse("8.8.8.8")).Where(sets.Limited.Contains));
        Assert.True(sets.Limited.Contains(Address.Parse("10.0.0.2")));
        Assert.Contains(sets.DependsOn, note => note.Contains("knock", StringComparison.Ordinal));
    }

    [Fact]
    public void A_translated_port_is_judged_by_its_new_address_and_its_old_one_where_asked()
    {
        Ruleset rules = Hosts.Rules("""
            table ip nat {
                chain prerouting {
                    type nat hook prerouting priority dstnat; policy accept;
                    iifname "eth0" tcp dport 8080 dnat to 192.168.122.10:80
                    iifname "eth0" ip saddr 10.0.0.0/8 tcp dport 8081 dnat to 192.168.122.11:80
                }
            }
            table inet filter {
                chain forward {
                    type filter hook forward priority filter; policy drop;
                    ip saddr 198.51.100.0/24 drop
                    ip daddr 192.168.122.10 tcp dport 80 ct original proto-dst 8080 ct status dnat accept
                    ip daddr 192.168.122.11 accept
                }
            }
            """);
        var engine = new ExposureEngine(rules, Hosts.Usual);
        SourceSets first = engine.Ask(new Question("eth0", Address.Parse(Hosts.Own), 6, 8080));
        Assert.Equal(Possible.Subtract(Of("198.51.100.0/24")), first.Accepted);
        Assert.Equal(["vnet0"], first.Arrivals);
        SourceSets second = engine.Ask(new Question("eth0", Address.Parse(Hosts.Own), 6, 8081));
        Assert.Equal(["host", "vnet1"], second.Arrivals);
        Assert.Equal(Possible, second.Accepted);
        SourceSets straight = engine.Ask(new Question("eth0", Address.Parse("192.168.122.10"), 6, 80));
        Assert.True(straight.Accepted.IsEmpty);
        Witness open = first.Witnesses.Single(witness => witness.Outcome == Outcome.Accept);
        Assert.Equal("vnet0", open.Trace.To);
        Assert.Equal(80, open.Trace.DestinationPort);
        Assert.Contains(open.Trace.Why, why => why.Verdict == "dnat");
    }

    [Fact]
    public void IPv6_is_judged_like_IPv4_and_by_its_own_rules()
    {
        var engine = new ExposureEngine(
            Hosts.Input("ip saddr 10.0.0.0/8 drop; ip6 saddr 2001:db8:9::/48 accept; icmpv6 type echo-request accept"), Hosts.Usual);
        SourceSets ssh = engine.Ask(new Question("eth0", Address.Parse("2001:db8:1::10"), 6, 22));
        Assert.Equal("2001:db8:9::/48", ssh.Accepted.ToString());
        Assert.False(ssh.Dropped.Contains(Address.Parse("2001:db8:9::1")));
        Assert.True(ssh.Dropped.Contains(Address.Parse("2001:db8:8::1")));
        SourceSets ping = engine.Ask(new Question("eth0", Address.Parse("2001:db8:1::10"), 58, 0));
        Assert.True(ping.Accepted.Contains(Address.Parse("2606:4700::1")));
        Assert.False(ping.Accepted.Contains(Address.Parse("::1")));
        SourceSets all = new ExposureEngine(Ruleset.Empty, Hosts.Usual).Ask(new Question("eth0", Address.Parse("2001:db8:1::10"), 17, 53));
        Assert.Equal("::1, ff00::/8", all.Dropped.ToString());
    }

    [Fact]
    public void A_bridged_guest_is_reached_past_the_rules_of_IP_unless_the_bridge_shows_it_them()
    {
        Ruleset rules = Hosts.Rules("""
            table bridge filter {
                chain forward {
                    type filter hook forward priority filter; policy accept;
                    iifname "vnet1" oifname "vnet0" ip saddr 192.168.122.11 accept
                    ip saddr 192.168.122.0/24 drop
                }
            }
            table inet filter {
                chain forward {
                    type filter hook forward priority filter; policy drop;
                }
            }
            """);
        var question = new Question("vnet1", Address.Parse("192.168.122.10"), 6, 22) { Bridged = true };
        SourceSets past = new ExposureEngine(rules, Hosts.Usual).Ask(question);
        Assert.Equal(PrefixSet.Of(Of("0.0.0.0/0")).Subtract(Of("192.168.122.0/24")).Union(PrefixSet.Of(Of("192.168.122.11/32"))), past.Accepted);
        Assert.Equal(["vnet0"], past.Arrivals);
        HostNetwork shown = Hosts.Usual with { Sysctls = Hosts.Usual.Sysctls.Add("net.bridge.bridge-nf-call-iptables", "1") };
        Assert.True(new ExposureEngine(rules, shown).Ask(question).Accepted.IsEmpty);
        HostNetwork isolated = Hosts.Usual with { Interfaces = [.. Hosts.Usual.Interfaces.Select(device => device with { Isolated = device.Master is not null })] };
        Assert.True(new ExposureEngine(Ruleset.Empty, isolated).Ask(question).Accepted.IsEmpty);
    }

    [Fact]
    public void The_hosts_own_packets_come_from_its_own_addresses()
    {
        Ruleset rules = Hosts.Rules("""
            table inet filter {
                chain output {
                    type filter hook output priority filter; policy accept;
                    ip saddr 192.168.122.1 drop
                }
            }
            """);
        SourceSets sets = new ExposureEngine(rules, Hosts.Usual).Ask(new Question("host", Address.Parse("8.8.8.8"), 17, 53));
        Assert.Equal("192.168.1.100, 203.0.113.10", sets.Accepted.ToString());
        Assert.Equal(["eth0"], sets.Arrivals);
    }

    [Fact]
    public void A_strict_reverse_path_takes_only_what_is_routed_back_the_same_way()
    {
        HostNetwork strict = Hosts.Usual with { Sysctls = Hosts.Usual.Sysctls.Add("net.ipv4.conf.all.rp_filter", "1") };
        SourceSets wan = new ExposureEngine(Ruleset.Empty, strict).Ask(new Question("eth0", Address.Parse(Hosts.Own), 6, 22));
        Assert.False(wan.Accepted.Contains(Address.Parse("192.168.1.7")));
        Assert.True(wan.Accepted.Contains(Address.Parse("8.8.8.8")));
        SourceSets management = new ExposureEngine(Ruleset.Empty, strict).Ask(new Question("eth1", Address.Parse(Hosts.Own), 6, 22));
        Assert.Equal(PrefixSet.Of(Of("192.168.1.0/24")).Subtract(PrefixSet.Of(Of("192.168.1.100/32"), Of("192.168.1.255/32"))), management.Accepted);
    }

    [Fact]
    public void Examples_look_like_hosts_and_tell_what_they_themselves_hang_on()
    {
        var engine = new ExposureEngine(Hosts.Input(
            "ip saddr @banned drop; tcp dport 22 ip saddr { 192.168.1.0/24, 198.51.100.0/24, 198.51.100.66 } accept; tcp dport 23 ip saddr 192.168.1.0/24 accept",
            "    set banned { type ipv4_addr; flags timeout; elements = { 198.51.100.66 timeout 1h expires 59m }; }"), Hosts.Usual);
        SourceSets ssh = engine.Ask(new Question("eth0", Address.Parse(Hosts.Own), 6, 22));
        Witness stranger = ssh.Witnesses.Single(static one => one.Outcome == Outcome.Accept);
        Assert.Equal("198.51.100.10", stranger.Packet.Source.ToString());
        Assert.Empty(stranger.Trace.DependsOn);
        Witness banned = ssh.Witnesses.Single(static one => one.Outcome == Outcome.Limited);
        Assert.Equal("198.51.100.66", banned.Packet.Source.ToString());
        Assert.Equal(["elements of the set banned that go away with time"], banned.Trace.DependsOn);
        Assert.Equal("1.0.0.10", ssh.Witnesses.Single(static one => one.Outcome == Outcome.Drop).Packet.Source.ToString());

        SourceSets telnet = engine.Ask(new Question("eth0", Address.Parse(Hosts.Own), 6, 23));
        Assert.Equal("192.168.1.10", telnet.Witnesses.Single(static one => one.Outcome == Outcome.Accept).Packet.Source.ToString());
    }

    [Fact]
    public void A_limit_that_each_source_has_for_itself_says_so()
    {
        var engine = new ExposureEngine(Hosts.Input(
            "tcp dport 22 add @tries { ip saddr limit rate 6/minute } accept; tcp dport 23 limit rate 6/minute accept",
            "    set tries { type ipv4_addr; size 65535; flags dynamic; }"), Hosts.Usual);
        SourceSets Ask(int port) => engine.Ask(new Question("eth0", Address.Parse(Hosts.Own), 6, port));
        Assert.Contains(Ask(22).DependsOn, static one => one.StartsWith("limit rate 6/minute", StringComparison.Ordinal) && one.EndsWith(" each", StringComparison.Ordinal));
        Assert.Equal(["limit rate 6/minute"], Ask(23).DependsOn);
    }

    [Fact]
    public void Who_sends_from_the_host_is_the_senders_choice()
    {
        var engine = new ExposureEngine(Hosts.Rules("""
            table inet filter {
                chain output {
                    type filter hook output priority filter; policy drop;
                    tcp dport 443 meta skuid 1000 accept
                    tcp dport 80 meta skuid 1000 drop
                    tcp dport 80 accept
                }
            }
            """), Hosts.Usual);
        SourceSets Ask(int port) => engine.Ask(new Question(Tracer.Host, Address.Parse("8.8.8.8"), 6, port));
        Assert.True(Ask(443).Accepted.Contains(Address.Parse(Hosts.Own)));
        Assert.True(Ask(80).Accepted.Contains(Address.Parse(Hosts.Own)));
        Assert.True(Ask(25).Dropped.Contains(Address.Parse(Hosts.Own)));
    }

    [Fact]
    public void Hostile_rules_end_unproven_and_soon()
    {
        var text = new System.Text.StringBuilder("table inet filter {\n");
        for (int chain = 0; chain < 15; chain++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"chain c{chain} {{\n");
            for (int rule = 0; rule < 40; rule++)
            {
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"jump c{chain + 1}\n");
            }

            text.Append("}\n");
        }

        text.Append("chain c15 {\njump c0\n}\nchain loop {\njump loop\n}\nchain input {\ntype filter hook input priority filter; policy accept;\njump c0\n}\n}\n");
        SourceSets sets = Ask(Hosts.Rules(text.ToString()), new ExposureLimits(200_000, 1_000_000));
        Assert.True(sets.Accepted.IsEmpty);
        Assert.False(sets.Unproven.IsEmpty);
        Assert.NotEmpty(sets.DependsOn);
        SourceSets loop = Ask(Hosts.Input("jump round", "chain round {\n jump round\n}"));
        Assert.Equal(Possible, loop.Unproven);
        Assert.Contains(loop.DependsOn, note => note.Contains("circle", StringComparison.Ordinal));
    }

    private static SourceSets Ask(Ruleset rules, ExposureLimits? limits = null) =>
        new ExposureEngine(rules, Hosts.Usual, limits).Ask(new Question("eth0", Address.Parse(Hosts.Own), 6, 22));

    private static Prefix Of(string text)
    {
        string[] parts = text.Split('/');
        return new Prefix(Address.Parse(parts[0]), int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture));
    }
}
