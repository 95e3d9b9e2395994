using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Topology;
using Xunit;

namespace Virtward.Tests.Exposure;

/// <summary>What the host says by itself in one life (answers, resets, errors, redirects), told from what becomes of later packets.</summary>
public sealed class HostVoiceTests
{
    private const int Syn = 2;
    private const int Ack = 16;

    [Fact]
    public void The_host_resets_what_is_of_no_flow_and_may_end_another_by_it()
    {
        // The answer comes to the address that the query did not leave with: the reset to it is of the query's flow.
        Ruleset rules = Hosts.Rules("""
            table ip nat {
                chain postrouting { type nat hook postrouting priority srcnat; policy accept; oifname "eth0" tcp flags syn snat to 192.168.1.100; }
            }
            """);
        Packet query = Hosts.Sent("8.8.8.8") with { Protocol = 6, TcpFlags = Syn };
        Packet answer = new()
        {
            Iif = "eth0", Source = query.Destination, Destination = query.Source, Protocol = 6, TcpFlags = Syn | Ack,
            SourcePort = query.DestinationPort, DestinationPort = query.SourcePort,
        };
        Packet next = query with { TcpFlags = Ack };
        Assert.Equal(Address.Parse("192.168.1.100"), new Tracer(rules, Hosts.Usual).Trace(query).Source);
        Assert.Equal(query.Source, new Tracer(rules, Hosts.Usual).Trace(next with { Before = [query, answer] }).Source);
    }

    [Fact]
    public void A_reset_that_nobody_sends_ends_no_flow()
    {
        // What the host says to everybody it hears, and refuses; the flow goes on counting (nf_send_reset, nf_ct_set_closing).
        HostNetwork host = Hosts.Usual with
        {
            Routes = Hosts.Usual.Routes.Add(new Route(255, RouteType.Broadcast, Prefix.Parse("203.0.113.255/32")) { Device = "eth0" }),
        };
        Ruleset rules = Hosts.Rules("""
            table inet filter {
                set counted { type ipv4_addr; size 1024; flags dynamic; }
                chain prerouting { type filter hook prerouting priority raw; policy accept; tcp dport 3389 reject with tcp reset; }
                chain postrouting { type filter hook postrouting priority 107; policy accept; add @counted { ip saddr ct count over 3 } drop; }
            }
            """);
        Packet toAll = Hosts.Sent("203.0.113.255") with { Protocol = 6, DestinationPort = 3389 };
        Packet next = Hosts.Sent("192.168.122.10") with { Protocol = 6, SourcePort = 50_000, DestinationPort = 3394, Count = 5, Before = [toAll] };
        Assert.Equal([0, 1], new Tracer(rules, host).Trace(next).AcceptedIndex);
        Assert.Equal([0, 1, 2], new Tracer(rules, host).Trace(next with { Before = [] }).AcceptedIndex);
    }

    [Theory]
    [InlineData("", new[] { 1, 2, 4, 5 })]
    [InlineData("table ip nat { chain prerouting { type nat hook prerouting priority mangle; policy accept; dnat to 192.168.122.11; }; }", new[] { 0, 1, 3, 4 })]
    public void Who_bears_an_address_of_the_host_is_told_only_what_was_for_the_host(string translation, int[] passed)
    {
        // A refusal that is sent comes back by the loopback device, and is counted there, too.
        Ruleset rules = Hosts.Rules($$"""
            table inet filter {
                chain prerouting { type filter hook prerouting priority filter; policy accept; numgen inc mod 3 1 reject; }
            }
            {{translation}}
            """);
        Packet martian = Hosts.Sent("192.168.1.100") with { Iif = "eth1", Count = 5 };
        Packet next = Hosts.Sent("192.168.1.100") with { Iif = "eth0", Source = Address.Parse("8.8.8.8"), Count = 6, Before = [martian] };
        Assert.Equal(passed, new Tracer(rules, Hosts.Usual).Trace(next).AcceptedIndex);
    }

    [Theory]
    [InlineData("8.8.8.8", 8, Outcome.Drop)]
    [InlineData("8.8.8.8", 14, Outcome.Drop)]
    [InlineData("0.1.2.3", 8, Outcome.Drop)]
    [InlineData("8.8.8.8", 9, Outcome.Accept)]
    [InlineData("8.8.8.8", 1, Outcome.Accept)]
    [InlineData("8.8.8.8", 42, Outcome.Accept)]
    public void Nobody_is_told_about_ICMP_that_the_kernel_takes_for_an_error(string from, int type, Outcome expected)
    {
        // The error about a packet whose time is over spends the limit.
        Ruleset rules = Hosts.Rules("""
            table inet filter {
                chain output { type filter hook output priority filter; policy drop; limit rate 1/day burst 1 packets accept; }
            }
            """);
        Packet over = new()
        {
            Iif = "eth0", Source = Address.Parse(from), Destination = Address.Parse("192.168.122.10"), Protocol = 1, IcmpType = type, Ttl = 1,
        };
        Assert.Equal(expected, new Tracer(rules, Hosts.Usual).Trace(Hosts.Sent("8.8.8.8") with { Before = [over] }).Verdict);
    }

    [Theory]
    [InlineData(6, "192.168.122.1", Outcome.Drop)]
    [InlineData(1, "192.168.122.1", Outcome.Drop)]
    [InlineData(136, "192.168.122.1", Outcome.Drop)]
    [InlineData(6, "8.8.8.8", Outcome.Accept)]
    public void What_the_host_sends_to_nowhere_it_answers_from_an_address(int protocol, string from, Outcome expected)
    {
        Ruleset rules = Hosts.Rules("""
            table ip filter {
                set said { type ipv4_addr; size 16; flags dynamic; }
                chain output {
                    type filter hook output priority filter; policy accept;
                    udp dport 53 ip saddr @said drop
                    udp dport 53 accept
                    ip daddr != 0.0.0.0 add @said { ip saddr }
                }
            }
            """);
        Packet nowhere = Hosts.Sent("0.0.0.0") with { Source = Address.Parse(from), Protocol = protocol };
        Packet next = Hosts.Sent("8.8.8.8") with { Source = Address.Parse("192.168.122.1"), Before = [nowhere] };
        Assert.Equal(expected, new Tracer(rules, Hosts.Usual).Trace(next).Verdict);
    }

    [Fact]
    public void Of_two_pings_with_the_same_answers_each_is_answered()
    {
        // The guest's ping bears the host's address where it arrives; the host's own then gets an identifier of its own, and its answer is not the guest's.
        Ruleset rules = Hosts.Rules("""
            table ip6 nat {
                chain input { type nat hook input priority 100; policy accept; snat to fd00:122::1; }
            }
            table ip6 filter {
                set heard { type ipv6_addr; size 16; flags dynamic; }
                chain input {
                    type filter hook input priority filter; policy accept;
                    icmpv6 type echo-reply add @heard { ip6 saddr } accept
                    udp dport 53 ip6 saddr @heard drop
                }
            }
            """);
        Packet guests = new()
        {
            Iif = "vnet0", Source = Address.Parse("fd00:122::10"), Destination = Address.Parse("2001:db8:1::10"), Protocol = 58,
        };
        Packet own = guests with { Iif = "host", Source = Address.Parse("fd00:122::1") };
        Packet next = own with { Source = own.Destination, Destination = own.Source, Protocol = 17, DestinationPort = 53 };
        Assert.Equal(Outcome.Accept, new Tracer(rules, Hosts.Usual).Trace(next with { Before = [guests] }).Verdict);
        Assert.Equal(Outcome.Drop, new Tracer(rules, Hosts.Usual).Trace(next with { Before = [guests, own] }).Verdict);
        Assert.Equal(Outcome.Drop, new Tracer(rules, Hosts.Usual).Trace(next with { Before = [own] }).Verdict);
    }

    [Fact]
    public void What_refuses_a_packet_goes_to_who_sent_it_however_its_flow_is_translated()
    {
        Ruleset rules = Hosts.Rules("""
            table ip nat {
                chain input { type nat hook input priority 100; policy accept; snat to 192.168.122.1; }
            }
            table ip filter {
                set heard { type ipv4_addr; size 16; flags dynamic; }
                chain input {
                    type filter hook input priority 113; policy accept;
                    tcp flags & rst == rst add @heard { ip saddr } drop
                    tcp dport 22 reject with tcp reset
                    udp dport 53 ip saddr @heard drop
                }
            }
            """);
        Assert.Equal(Outcome.Accept, new Tracer(rules, Hosts.Usual).Trace(Hosts.Sent(Hosts.Own) with { Before = [Hosts.Tcp(22)] }).Verdict);
        Packet reset = Hosts.Sent(Hosts.Own) with { Protocol = 6, TcpFlags = 4 };
        Assert.Equal(Outcome.Drop, new Tracer(rules, Hosts.Usual).Trace(Hosts.Sent(Hosts.Own) with { Before = [reset] }).Verdict);
    }

    [Theory]
    [InlineData("tcp reset")]
    [InlineData("icmp host-unreachable")]
    public void What_refuses_a_packet_comes_from_where_it_was_sent_to(string with)
    {
        Ruleset rules = Hosts.Rules($$"""
            table ip nat {
                chain prerouting { type nat hook prerouting priority dstnat; policy accept; dnat to 192.168.122.10; }
                chain postrouting { type nat hook postrouting priority srcnat; policy accept; tcp flags & rst == rst snat to 192.0.2.1; }
            }
            table ip filter {
                set said { type ipv4_addr; size 16; flags dynamic; }
                chain forward { type filter hook forward priority filter; policy accept; reject with {{with}}; }
                chain postrouting {
                    type filter hook postrouting priority srcnat + 10; policy accept;
                    ip daddr 8.8.8.8 add @said { ip saddr } accept
                    udp dport 53 ip saddr @said drop
                }
            }
            """);
        foreach (string source in (string[])["192.168.1.100", "192.168.122.10", "192.0.2.1", Hosts.Own])
        {
            Packet next = Hosts.Sent("1.1.1.1") with { Source = Address.Parse(source), Before = [Hosts.Tcp(22) with { Destination = Address.Parse("192.168.1.100") }] };
            Assert.Equal(source == "192.168.1.100" ? Outcome.Drop : Outcome.Accept, new Tracer(rules, Hosts.Usual).Trace(next).Verdict);
        }
    }

    [Theory]
    [InlineData("prerouting", "192.168.1.100", Hosts.Own)]
    [InlineData("input", "192.168.1.100", "192.168.1.100")]
    [InlineData("prerouting", "255.255.255.255", Hosts.Own)]
    [InlineData("input", "255.255.255.255", "")]
    public void Before_routing_it_is_the_way_back_that_says_where_an_error_comes_from(string hook, string to, string from)
    {
        Ruleset rules = Hosts.Rules($$"""
            table ip filter {
                set said { type ipv4_addr; size 16; flags dynamic; }
                chain refusing { type filter hook {{hook}} priority filter; policy accept; udp dport 53 reject; }
                chain output {
                    type filter hook output priority filter; policy accept;
                    icmp type destination-unreachable add @said { ip saddr } accept
                    ip saddr @said drop
                }
            }
            """);
        Packet refused = Hosts.Sent(to) with { Iif = "eth0", Source = Address.Parse("8.8.8.8") };
        foreach (string source in (string[])["192.168.1.100", Hosts.Own])
        {
            Packet next = Hosts.Sent("1.1.1.1") with { Source = Address.Parse(source), Before = [refused] };
            Assert.Equal(source == from ? Outcome.Drop : Outcome.Accept, new Tracer(rules, Hosts.Usual).Trace(next).Verdict);
        }
    }

    [Fact]
    public void Who_refuses_to_tell_of_a_shorter_way_tells_itself()
    {
        HostNetwork network = Hosts.Usual with
        {
            Interfaces = [.. Hosts.Usual.Interfaces.Select(static device => device.Name != "eth0" ? device
                : device with { Addresses = [.. device.Addresses, new InterfaceAddress(Address.Parse("fe80::2"), 64)] })],
        };
        Ruleset rules = Hosts.Rules("""
            table ip6 filter {
                chain output { type filter hook output priority filter; policy accept; icmpv6 type nd-redirect reject; }
                chain input { type filter hook input priority filter; policy drop; limit rate 1/day burst 1 packets accept; }
            }
            """);
        Packet turns = new()
        {
            Iif = "eth0", Source = Address.Parse("2001:db8:1::75"), Destination = Address.Parse("2001:db8:1::3"), Protocol = 17, DestinationPort = 53,
        };
        Packet next = turns with { Destination = Address.Parse("2001:db8:1::10"), Before = [turns] };
        Assert.Equal(Outcome.Drop, new Tracer(rules, network).Trace(next).Verdict);
        Assert.Equal(Outcome.Accept, new Tracer(rules, network).Trace(next with { Before = [turns with { Destination = Address.Parse("fd00:122::10") }] }).Verdict);
    }

    [Theory]
    [InlineData(58, new[] { 1, 3 })]
    [InlineData(6, new[] { 1, 2 })]
    public void An_echo_from_the_loopback_is_answered_and_a_connection_is_not_reset(int protocol, int[] passed)
    {
        // The answers take a number each, too.
        Ruleset rules = Hosts.Rules("""
            table inet t {
                chain postrouting { type filter hook postrouting priority 0; policy accept; numgen inc mod 3 0 drop; }
            }
            """);
        Packet own = new()
        {
            Iif = "host", Source = Address.Parse("::1"), Destination = Address.Parse("fd00:122::1"), Protocol = protocol, DestinationPort = protocol == 6 ? 1024 : 0, Count = 4,
        };
        Assert.Equal(passed, new Tracer(rules, Hosts.Usual).Trace(own).AcceptedIndex);
    }

    [Theory]
    [InlineData("filter input", "ct state established accept")]
    [InlineData("route output", "udp dport 1 meta mark set 1")]
    public void An_answer_to_the_host_is_routed_again_only_where_something_has_changed(string hook, string rule)
    {
        // To ::1 it goes by the device of the address that was asked, and does not come back (rt6_need_strict).
        Ruleset rules = Hosts.Rules($$"""
            table ip6 filter {
                chain other { type {{hook.Split(' ')[0]}} hook {{hook.Split(' ')[1]}} priority mangle; policy accept; {{rule}}; }
                chain input { type filter hook input priority filter; policy accept; numgen inc mod 7 == 4 drop; }
            }
            """);
        Packet own = new()
        {
            Iif = "host", Source = Address.Parse("::1"), Destination = Address.Parse("2001:db8:1::10"), Protocol = 6, DestinationPort = 1024, TcpFlags = Syn, Count = 4,
        };
        Packet next = own with { Iif = "eth0", Source = Address.Parse("2001:db8:9::9"), Count = 7, Before = [own] };
        Assert.Equal([1, 2, 3, 4, 5, 6], new Tracer(rules, Hosts.Usual).Trace(next).AcceptedIndex);
    }

    [Fact]
    public void Of_several_packets_that_do_not_arrive_one_refusal_tells()
    {
        var tracer = new Tracer(Hosts.Input("limit rate 1/hour burst 1 packets reject; drop"), Hosts.Usual);
        Assert.Equal(Outcome.Reject, tracer.Trace(Hosts.Tcp(22) with { Count = 3 }).Verdict);
    }

    [Theory]
    [InlineData(6, "", new[] { 3 })]
    [InlineData(17, "udp dport 1 reject", new[] { 3 })]
    [InlineData(17, "", new[] { 0 })]
    public void What_the_host_says_by_itself_meets_its_rules(int protocol, string rule, int[] expected)
    {
        Ruleset rules = Hosts.Rules($$"""
            table inet t {
                chain in { type filter hook input priority filter; policy accept; {{rule}}
                }
                chain out { type filter hook output priority filter; policy accept; numgen inc mod 4 != 0 drop; }
            }
            """);
        var tracer = new Tracer(rules, Hosts.Usual);
        _ = tracer.Trace(Hosts.Tcp(1) with { Protocol = protocol });
        Assert.Equal(expected, tracer.Trace(Hosts.Sent("8.8.8.8") with { Count = 4 }).AcceptedIndex);
    }

    [Fact]
    public void What_the_host_sends_to_everybody_it_hears_itself()
    {
        Ruleset rules = Hosts.Rules("""
            table netdev t {
                chain out { type filter hook egress device "eth0" priority 0; policy drop; }
            }
            """);
        Trace trace = new Tracer(rules, Hosts.Usual).Trace(Hosts.Sent("255.255.255.255"));
        Assert.Equal((Outcome.Accept, "host"), (trace.Verdict, trace.To));
    }

    [Fact]
    public void What_the_host_says_to_itself_is_refused_and_told_in_its_turn()
    {
        // The packet, its reset, which is refused, and the error about that: three.
        Ruleset rules = Hosts.Rules("""
            table inet t {
                chain in { type filter hook input priority filter; policy accept; tcp flags & rst == rst reject; }
                chain out { type filter hook output priority filter; policy accept; numgen inc mod 4 != 3 accept; drop; }
            }
            """);
        var tracer = new Tracer(rules, Hosts.Usual);
        _ = tracer.Trace(Hosts.Sent(Hosts.Own) with { Protocol = 6, TcpFlags = Syn });
        Assert.Equal(Outcome.Drop, tracer.Trace(Hosts.Sent("8.8.8.8")).Verdict);
    }
}
