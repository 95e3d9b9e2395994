using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Topology;
using Xunit;

namespace Virtward.Tests.Exposure;

/// <summary>Single packets in one life of a host.</summary>
public sealed class TracerTests
{
    private const int Syn = 2;
    private const int Ack = 16;

    [Theory]
    [InlineData(Syn, Outcome.Accept)]
    [InlineData(Ack, Outcome.Accept)]
    [InlineData(Syn | 1, Outcome.Drop)]
    [InlineData(0, Outcome.Drop)]
    [InlineData(1 | 8 | 32, Outcome.Drop)]
    [InlineData(4, Outcome.Drop)]
    public void Only_some_flags_begin_a_flow(int flags, Outcome expected) =>
        Assert.Equal(expected, new Tracer(Hosts.Input("ct state new accept"), Hosts.Usual).Trace(Tcp(22) with { TcpFlags = flags }).Verdict);

    [Fact]
    public void An_acknowledgement_begins_no_flow_where_the_kernel_is_strict()
    {
        var strict = Hosts.Usual with { Sysctls = Hosts.Usual.Sysctls.Add("net.netfilter.nf_conntrack_tcp_loose", "0") };
        Assert.Equal(Outcome.Drop, new Tracer(Hosts.Input("ct state new accept"), strict).Trace(Tcp(22) with { TcpFlags = Ack }).Verdict);
    }

    [Fact]
    public void An_answered_flow_is_established_and_one_that_was_reset_is_forgotten()
    {
        Ruleset rules = Hosts.Input("ct state established ct mark 7 accept; tcp flags syn ct mark set 7 accept");
        var tracer = new Tracer(rules, Hosts.Usual, new TracerOptions { ListeningTcp = [22] });
        Assert.Equal(Outcome.Accept, tracer.Trace(Tcp(22)).Verdict);
        Assert.Equal(Outcome.Accept, tracer.Trace(Tcp(22) with { TcpFlags = Ack }).Verdict);
        Assert.Equal(Outcome.Accept, tracer.Trace(Tcp(23)).Verdict);
        Assert.Equal(Outcome.Drop, tracer.Trace(Tcp(23) with { TcpFlags = Ack }).Verdict);
    }

    [Fact]
    public void An_error_is_related_to_the_flow_that_it_quotes()
    {
        Ruleset rules = Hosts.Input("ct state related accept; udp dport 53 accept");
        Packet query = Own("8.8.8.8");
        Packet error = new()
        {
            Iif = "eth0", Source = Address.Parse("198.51.100.1"), Destination = Address.Parse(Hosts.Own), Protocol = 1, IcmpType = 3, Before = [query],
        };
        Assert.Equal(Outcome.Accept, new Tracer(rules, Hosts.Usual).Trace(error).Verdict);
        Assert.Equal(Outcome.Drop, new Tracer(rules, Hosts.Usual).Trace(error with { Before = [] }).Verdict);
        Assert.Equal(Outcome.Drop, new Tracer(rules, Hosts.Usual).Trace(error with { Destination = Address.Parse("192.168.1.100") }).Verdict);
    }

    [Fact]
    public void What_was_masqueraded_comes_back_to_who_sent_it()
    {
        Ruleset rules = Hosts.Rules("""
            table ip nat {
                chain post {
                    type nat hook postrouting priority srcnat; policy accept;
                    ip saddr 192.168.122.0/24 oifname "eth0" masquerade
                }
            }
            """);
        var tracer = new Tracer(rules, Hosts.Usual);
        Packet query = Own("8.8.8.8") with { Iif = "vnet1", Source = Address.Parse("192.168.122.11") };
        Trace sent = tracer.Trace(query);
        Assert.Equal("eth0", sent.To);
        Assert.Equal(Address.Parse(Hosts.Own), sent.Source);
        Trace answer = tracer.Trace(new Packet
        {
            Iif = "eth0", Source = query.Destination, Destination = Address.Parse(Hosts.Own), Protocol = 17, SourcePort = 53, DestinationPort = query.SourcePort,
        });
        Assert.Equal("vnet1", answer.To);
        Assert.Equal(query.Source, answer.Destination);
    }

    [Fact]
    public void A_reset_before_any_answer_ends_a_flow_whichever_side_it_comes_from()
    {
        Ruleset rules = Hosts.Rules("""
            table inet filter {
                chain forward { type filter hook forward priority filter; policy drop; ct mark 7 accept; tcp flags syn ct mark set 7 accept; }
            }
            """);
        Packet first = Tcp(22) with { Destination = Address.Parse("192.168.122.10") };
        Packet reset = first with { TcpFlags = 4, Before = [first] };
        Assert.Equal(Outcome.Accept, new Tracer(rules, Hosts.Usual).Trace(reset).Verdict);
        Assert.Equal(Outcome.Drop, new Tracer(rules, Hosts.Usual).Trace(reset with { Before = [first, first with { TcpFlags = 4 }] }).Verdict);
    }

    [Fact]
    public void The_host_resets_what_is_of_no_flow_and_may_end_another_by_it()
    {
        // The answer comes to the address that the query did not leave with: the reset to it is of the query's flow.
        Ruleset rules = Hosts.Rules("""
            table ip nat {
                chain postrouting { type nat hook postrouting priority srcnat; policy accept; oifname "eth0" tcp flags syn snat to 192.168.1.100; }
            }
            """);
        Packet query = Own("8.8.8.8") with { Protocol = 6, TcpFlags = Syn };
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
        Packet toAll = Own("203.0.113.255") with { Protocol = 6, DestinationPort = 3389 };
        Packet next = Own("192.168.122.10") with { Protocol = 6, SourcePort = 50_000, DestinationPort = 3394, Count = 5, Before = [toAll] };
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
        Packet martian = Own("192.168.1.100") with { Iif = "eth1", Count = 5 };
        Packet next = Own("192.168.1.100") with { Iif = "eth0", Source = Address.Parse("8.8.8.8"), Count = 6, Before = [martian] };
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
        Assert.Equal(expected, new Tracer(rules, Hosts.Usual).Trace(Own("8.8.8.8") with { Before = [over] }).Verdict);
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
        Packet nowhere = Own("0.0.0.0") with { Source = Address.Parse(from), Protocol = protocol };
        Packet next = Own("8.8.8.8") with { Source = Address.Parse("192.168.122.1"), Before = [nowhere] };
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
        Assert.Equal(Outcome.Accept, new Tracer(rules, Hosts.Usual).Trace(Own(Hosts.Own) with { Before = [Tcp(22)] }).Verdict);
        Packet reset = Own(Hosts.Own) with { Protocol = 6, TcpFlags = 4 };
        Assert.Equal(Outcome.Drop, new Tracer(rules, Hosts.Usual).Trace(Own(Hosts.Own) with { Before = [reset] }).Verdict);
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
            Packet next = Own("1.1.1.1") with { Source = Address.Parse(source), Before = [Tcp(22) with { Destination = Address.Parse("192.168.1.100") }] };
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
        Packet refused = Own(to) with { Iif = "eth0", Source = Address.Parse("8.8.8.8") };
        foreach (string source in (string[])["192.168.1.100", Hosts.Own])
        {
            Packet next = Own("1.1.1.1") with { Source = Address.Parse(source), Before = [refused] };
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
    public void Where_two_flows_would_have_the_same_answers_ports_are_drawn_and_what_has_none_is_dropped()
    {
        Ruleset rules = Hosts.Rules("""
            table ip nat {
                chain postrouting { type nat hook postrouting priority srcnat; policy accept; oifname "eth0" masquerade; }
            }
            """);
        var tracer = new Tracer(rules, Hosts.Usual);
        Packet first = Guest("192.168.122.10");
        Trace second = tracer.Trace(Guest("192.168.122.11") with { Before = [first] });
        Assert.Equal(Outcome.Accept, second.Verdict);
        Assert.Equal(0, second.SourcePort);
        Assert.Contains(second.DependsOn, static one => one.StartsWith("one of ", StringComparison.Ordinal));
        Assert.Equal(Outcome.Accept, tracer.Trace(first with { Protocol = 50, SourcePort = 0, DestinationPort = 0 }).Verdict);
        Assert.Equal(Outcome.Drop, tracer.Trace(Guest("192.168.122.11") with { Protocol = 50, SourcePort = 0, DestinationPort = 0 }).Verdict);

        static Packet Guest(string address) => new()
        {
            Iif = "vnet0", Source = Address.Parse(address), Destination = Address.Parse("8.8.8.8"), Protocol = 17, SourcePort = 5000, DestinationPort = 53,
        };
    }

    [Fact]
    public void An_element_keeps_the_limit_of_the_rule_that_made_it()
    {
        Ruleset rules = Hosts.Input(
            "tcp dport 1 add @seen { ip saddr limit rate over 2/hour burst 1 packets } drop; tcp dport != 1 add @seen { ip saddr limit rate over 2/hour burst 9 packets } drop; accept",
            "set seen { type ipv4_addr; size 16; flags dynamic; }");
        var tracer = new Tracer(rules, Hosts.Usual);
        Assert.Equal(Outcome.Accept, tracer.Trace(Tcp(2)).Verdict);
        Assert.Equal(Outcome.Accept, tracer.Trace(Tcp(3)).Verdict);
        Assert.Equal(Outcome.Accept, tracer.Trace(Tcp(1)).Verdict);
        Trace several = tracer.Trace(Tcp(1) with { Source = Address.Parse("198.51.100.9"), Count = 3 });
        Assert.Equal([0], several.AcceptedIndex);
    }

    [Theory]
    [InlineData("eth0", "203.0.113.1", "02:00:00:00:00:02", true)]
    [InlineData("eth0", "203.0.113.1", "02:00:00:00:00:03", false)]
    public void What_the_host_sends_bears_its_devices_hardware_address(string device, string to, string mac, bool drops)
    {
        Ruleset rules = Hosts.Rules($$"""
            table netdev t {
                chain out { type filter hook egress device "{{device}}" priority 0; policy accept; ether saddr {{mac}} drop; }
            }
            """);
        Assert.Equal(drops ? Outcome.Drop : Outcome.Accept, new Tracer(rules, Hosts.Usual).Trace(Own(to)).Verdict);
    }

    [Theory]
    [InlineData("02:00:00:00:01:11", Outcome.Drop)]
    [InlineData("02:00:00:00:01:10", Outcome.Accept)]
    public void What_is_routed_out_by_a_bridge_is_addressed_to_the_guest(string mac, Outcome expected)
    {
        Ruleset rules = Hosts.Rules($$"""
            table bridge t {
                chain out { type filter hook postrouting priority 0; policy accept; ether daddr {{mac}} drop; }
            }
            """);
        Packet packet = Tcp(22) with { Destination = Address.Parse("192.168.122.11") };
        Assert.Equal(expected, new Tracer(rules, Hosts.Usual).Trace(packet).Verdict);
    }

    [Fact]
    public void The_hardware_address_of_a_next_hop_that_is_not_known_leaves_the_answer_open()
    {
        Ruleset rules = Hosts.Rules("""
            table netdev t {
                chain out { type filter hook egress device "eth0" priority 0; policy accept; ether daddr 02:00:00:00:01:01 drop; }
            }
            """);
        Assert.Equal(Outcome.Unproven, new Tracer(rules, Hosts.Usual).Trace(Own("8.8.8.8")).Verdict);
    }

    [Theory]
    [InlineData("ff02::1", "fe80::2")]
    [InlineData("2001:db8:9::9", "2001:db8:1::10")]
    [InlineData("fe80::9", "fe80::2")]
    public void A_redirect_stays_in_the_destinations_scope(string to, string expected)
    {
        HostNetwork network = Hosts.Usual with
        {
            Interfaces = [.. Hosts.Usual.Interfaces.Select(static device => device.Name != "eth0" ? device
                : device with { Addresses = [.. device.Addresses, new InterfaceAddress(Address.Parse("fe80::2"), 64)] })],
        };
        Ruleset rules = Hosts.Rules("""
            table ip6 nat {
                chain prerouting { type nat hook prerouting priority dstnat; policy accept; udp dport 53 redirect; }
            }
            """);
        Packet packet = new()
        {
            Iif = "eth0", Source = Address.Parse("2001:db8:1::5"), Destination = Address.Parse(to), Protocol = 17, DestinationPort = 53,
        };
        Assert.Equal(Address.Parse(expected), new Tracer(rules, network).Trace(packet).Destination);
    }

    [Theory]
    [InlineData("ip6 daddr 2001:db8:1::10 icmp type echo-request drop", Outcome.Drop)]
    [InlineData("icmp type echo-request drop", Outcome.Accept)]
    [InlineData("ip daddr != 192.0.2.1 icmp type echo-request drop", Outcome.Accept)]
    public void ICMP_in_IPv6_meets_rules_that_are_about_IPv6_already(string rule, Outcome expected)
    {
        Ruleset rules = Hosts.Input($"{rule}; accept");
        Packet packet = new() { Iif = "eth0", Source = Address.Parse("2001:db8:1::5"), Destination = Address.Parse("2001:db8:1::10"), Protocol = 1 };
        Assert.Equal(expected, new Tracer(rules, Hosts.Usual).Trace(packet).Verdict);
    }

    [Theory]
    [InlineData("icmp type echo-request drop", Outcome.Accept)]
    [InlineData("ip ttl 64 icmp type echo-request drop", Outcome.Drop)]
    public void A_tag_hides_ICMP_from_rules_of_bridges_that_do_not_look_at_IP_first(string rule, Outcome expected)
    {
        Ruleset rules = Hosts.Rules($$"""
            table bridge t {
                chain in { type filter hook forward priority 0; policy accept; {{rule}}; }
            }
            """);
        Packet packet = new()
        {
            Iif = "vnet0", Source = Address.Parse("192.168.122.10"), Destination = Address.Parse("192.168.122.11"), Protocol = 1, Bridged = true, Vlan = 5,
        };
        Assert.Equal(expected, new Tracer(rules, Hosts.Usual).Trace(packet).Verdict);
    }

    [Theory]
    [InlineData("0", Outcome.Accept)]
    [InlineData("1", Outcome.Drop)]
    public void Also_sources_of_packets_to_a_group_are_validated(string filter, Outcome expected)
    {
        var network = Hosts.Usual with { Sysctls = Hosts.Usual.Sysctls.Add("net.ipv4.conf.all.rp_filter", filter) };
        Packet packet = new() { Iif = "eth1", Source = Address.Parse("8.8.8.8"), Destination = Address.Parse("224.0.0.1"), Protocol = 17, DestinationPort = 53 };
        Assert.Equal(expected, new Tracer(Hosts.Input("accept"), network).Trace(packet).Verdict);
    }

    [Fact]
    public void At_a_ports_ingress_a_frame_for_the_bridge_is_another_hosts()
    {
        Ruleset rules = Hosts.Rules("""
            table netdev t {
                chain in { type filter hook ingress device "vnet0" priority 0; policy accept; meta pkttype other drop; }
            }
            """);
        Packet packet = new() { Iif = "vnet0", Source = Address.Parse("192.168.122.10"), Destination = Address.Parse("192.168.122.1"), Protocol = 17 };
        Assert.Equal(Outcome.Drop, new Tracer(rules, Hosts.Usual).Trace(packet).Verdict);
        HostNetwork lowest = Hosts.Usual with
        {
            Interfaces = [.. Hosts.Usual.Interfaces.Select(static device => device.Name == "virbr0" ? device with { Mac = 0x02_00_00_00_00_05 } : device)],
        };
        Assert.Equal(Outcome.Accept, new Tracer(rules, lowest).Trace(packet).Verdict);
    }

    [Fact]
    public void Of_several_packets_that_do_not_arrive_one_refusal_tells()
    {
        var tracer = new Tracer(Hosts.Input("limit rate 1/hour burst 1 packets reject; drop"), Hosts.Usual);
        Assert.Equal(Outcome.Reject, tracer.Trace(Tcp(22) with { Count = 3 }).Verdict);
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
        _ = tracer.Trace(Tcp(1) with { Protocol = protocol });
        Assert.Equal(expected, tracer.Trace(Own("8.8.8.8") with { Count = 4 }).AcceptedIndex);
    }

    [Theory]
    [InlineData("", Outcome.Accept)]
    [InlineData("ct state new counter;", Outcome.Drop)]
    public void Chains_of_type_nat_run_only_where_some_rule_has_flows_followed(string rule, Outcome expected)
    {
        Ruleset rules = Hosts.Rules($$"""
            table ip t {
                chain nat { type nat hook output priority dstnat; policy accept; udp dport 53 drop; }
                chain other { type filter hook forward priority 0; policy accept; {{rule}} }
            }
            table ip6 u {
                chain other { type filter hook forward priority 0; policy accept; ct state new counter; }
            }
            """);
        Assert.Equal(expected, new Tracer(rules, Hosts.Usual).Trace(Own("8.8.8.8")).Verdict);
    }

    [Fact]
    public void What_the_host_sends_to_everybody_it_hears_itself()
    {
        Ruleset rules = Hosts.Rules("""
            table netdev t {
                chain out { type filter hook egress device "eth0" priority 0; policy drop; }
            }
            """);
        Trace trace = new Tracer(rules, Hosts.Usual).Trace(Own("255.255.255.255"));
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
        _ = tracer.Trace(Own(Hosts.Own) with { Protocol = 6, TcpFlags = Syn });
        Assert.Equal(Outcome.Drop, tracer.Trace(Own("8.8.8.8")).Verdict);
    }

    [Fact]
    public void A_frame_to_nobody_that_the_bridge_knows_goes_out_by_every_port()
    {
        Ruleset rules = Hosts.Rules("""
            table netdev t {
                chain out { type filter hook egress device "vnet1" priority 0; policy accept; drop; }
            }
            """);
        HostNetwork three = Hosts.Usual with
        {
            Interfaces = [.. Hosts.Usual.Interfaces, new NetworkInterface(7, "vnet2") { Kind = "tun", Master = "virbr0", Mac = 0x02_00_00_00_00_07 }],
        };
        Packet packet = new()
        {
            Iif = "vnet0", Source = Address.Parse("192.168.122.10"), Destination = Address.Parse("8.8.8.8"), Protocol = 17, Bridged = true,
            DestinationMac = 0x02_00_00_00_09_09,
        };
        Trace trace = new Tracer(rules, three).Trace(packet);
        Assert.Equal((Outcome.Accept, "vnet2"), (trace.Verdict, trace.To));
    }

    [Fact]
    public void What_has_no_address_yet_is_not_masqueraded()
    {
        Ruleset rules = Hosts.Rules("""
            table ip nat {
                chain postrouting { type nat hook postrouting priority srcnat; policy accept; masquerade; }
            }
            """);
        HostNetwork calls = Hosts.Usual with { Sysctls = Hosts.Usual.Sysctls.Add("net.bridge.bridge-nf-call-iptables", "1") };
        Packet packet = new()
        {
            Iif = "vnet0", Source = Address.Parse("0.0.0.0"), Destination = Address.Parse("192.168.122.11"), Protocol = 17, Bridged = true,
        };
        Assert.Equal(packet.Source, new Tracer(rules, calls).Trace(packet).Source);
    }

    [Fact]
    public void Several_packets_tell_which_of_them_arrived()
    {
        Ruleset rules = Hosts.Input("udp dport 53 limit rate 1/hour burst 2 packets accept; udp dport 54 numgen inc mod 3 1 accept");
        var tracer = new Tracer(rules, Hosts.Usual);
        Packet several = Own("203.0.113.10") with { Iif = "eth0", Source = Address.Parse("8.8.8.8"), Count = 5 };
        Trace limited = tracer.Trace(several);
        Assert.Equal(Outcome.Limited, limited.Verdict);
        Assert.Equal([0, 1], limited.AcceptedIndex);
        Assert.Equal([1, 4], tracer.Trace(several with { DestinationPort = 54 }).AcceptedIndex);
        Assert.Equal(Outcome.Drop, tracer.Trace(several with { Count = 1 }).Verdict);
    }

    [Fact]
    public void Of_chains_with_one_priority_the_youngest_runs_first()
    {
        Ruleset rules = Hosts.Rules("""
            table ip first {
                chain input {
                    type filter hook input priority filter; policy accept;
                    meta mark set 1
                }
            }
            table ip second {
                chain input {
                    type filter hook input priority filter; policy accept;
                    meta mark 1 drop
                }
            }
            """);
        Trace trace = new Tracer(rules, Hosts.Usual).Trace(Tcp(22));
        Assert.Equal(Outcome.Accept, trace.Verdict);
        Assert.Contains(trace.DependsOn, note => note.Contains("same priority", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, Outcome.Drop)]
    [InlineData(5, Outcome.Accept)]
    public void A_tagged_frame_goes_to_its_VLANs_device(int? vlan, Outcome expected)
    {
        var network = Hosts.Usual with
        {
            Interfaces = Hosts.Usual.Interfaces.Add(
                new Virtward.Exposure.Topology.NetworkInterface(9, "eth1.5") { Kind = "vlan", Lower = "eth1", Vlan = 5 }),
        };
        Assert.Equal(expected, new Tracer(Hosts.Input("iifname \"eth1.5\" accept"), network).Trace(Tcp(22) with { Iif = "eth1", Vlan = vlan }).Verdict);
        Assert.Equal(Outcome.Drop, new Tracer(Ruleset.Empty, network).Trace(Tcp(22) with { Iif = "eth1", Vlan = 6 }).Verdict);
    }

    private static Packet Tcp(int port) => new()
    {
        Iif = "eth0", Source = Address.Parse("8.8.8.8"), Destination = Address.Parse(Hosts.Own), Protocol = 6, DestinationPort = port,
    };

    private static Packet Own(string to) => new()
    {
        Iif = "host", Source = Address.Parse(Hosts.Own), Destination = Address.Parse(to), Protocol = 17, SourcePort = 41000, DestinationPort = 53,
    };
}
