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
        Assert.Equal(expected, new Tracer(Hosts.Input("ct state new accept"), Hosts.Usual).Trace(Hosts.Tcp(22) with { TcpFlags = flags }).Verdict);

    [Fact]
    public void An_acknowledgement_begins_no_flow_where_the_kernel_is_strict()
    {
        var strict = Hosts.Usual with { Sysctls = Hosts.Usual.Sysctls.Add("net.netfilter.nf_conntrack_tcp_loose", "0") };
        Assert.Equal(Outcome.Drop, new Tracer(Hosts.Input("ct state new accept"), strict).Trace(Hosts.Tcp(22) with { TcpFlags = Ack }).Verdict);
    }

    [Fact]
    public void An_answered_flow_is_established_and_one_that_was_reset_is_forgotten()
    {
        Ruleset rules = Hosts.Input("ct state established ct mark 7 accept; tcp flags syn ct mark set 7 accept");
        var tracer = new Tracer(rules, Hosts.Usual, new TracerOptions { ListeningTcp = [22] });
        Assert.Equal(Outcome.Accept, tracer.Trace(Hosts.Tcp(22)).Verdict);
        Assert.Equal(Outcome.Accept, tracer.Trace(Hosts.Tcp(22) with { TcpFlags = Ack }).Verdict);
        Assert.Equal(Outcome.Accept, tracer.Trace(Hosts.Tcp(23)).Verdict);
        Assert.Equal(Outcome.Drop, tracer.Trace(Hosts.Tcp(23) with { TcpFlags = Ack }).Verdict);
    }

    [Fact]
    public void An_error_is_related_to_the_flow_that_it_quotes()
    {
        Ruleset rules = Hosts.Input("ct state related accept; udp dport 53 accept");
        Packet query = Hosts.Sent("8.8.8.8");
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
        Packet query = Hosts.Sent("8.8.8.8") with { Iif = "vnet1", Source = Address.Parse("192.168.122.11") };
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
        Packet first = Hosts.Tcp(22) with { Destination = Address.Parse("192.168.122.10") };
        Packet reset = first with { TcpFlags = 4, Before = [first] };
        Assert.Equal(Outcome.Accept, new Tracer(rules, Hosts.Usual).Trace(reset).Verdict);
        Assert.Equal(Outcome.Drop, new Tracer(rules, Hosts.Usual).Trace(reset with { Before = [first, first with { TcpFlags = 4 }] }).Verdict);
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
        Assert.Equal(Outcome.Accept, tracer.Trace(Hosts.Tcp(2)).Verdict);
        Assert.Equal(Outcome.Accept, tracer.Trace(Hosts.Tcp(3)).Verdict);
        Assert.Equal(Outcome.Accept, tracer.Trace(Hosts.Tcp(1)).Verdict);
        Trace several = tracer.Trace(Hosts.Tcp(1) with { Source = Address.Parse("198.51.100.9"), Count = 3 });
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
        Assert.Equal(drops ? Outcome.Drop : Outcome.Accept, new Tracer(rules, Hosts.Usual).Trace(Hosts.Sent(to)).Verdict);
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
        Packet packet = Hosts.Tcp(22) with { Destination = Address.Parse("192.168.122.11") };
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
        Assert.Equal(Outcome.Unproven, new Tracer(rules, Hosts.Usual).Trace(Hosts.Sent("8.8.8.8")).Verdict);
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
        Assert.Equal(expected, new Tracer(rules, Hosts.Usual).Trace(Hosts.Sent("8.8.8.8")).Verdict);
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
        Packet several = Hosts.Sent("203.0.113.10") with { Iif = "eth0", Source = Address.Parse("8.8.8.8"), Count = 5 };
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
        Trace trace = new Tracer(rules, Hosts.Usual).Trace(Hosts.Tcp(22));
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
        Assert.Equal(expected, new Tracer(Hosts.Input("iifname \"eth1.5\" accept"), network).Trace(Hosts.Tcp(22) with { Iif = "eth1", Vlan = vlan }).Verdict);
        Assert.Equal(Outcome.Drop, new Tracer(Ruleset.Empty, network).Trace(Hosts.Tcp(22) with { Iif = "eth1", Vlan = 6 }).Verdict);
    }
}
