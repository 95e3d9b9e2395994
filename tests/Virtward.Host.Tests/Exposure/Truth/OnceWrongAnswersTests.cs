using Virtward.Exposure.Answers;
using Virtward.Exposure.Packets;
using Virtward.Host.Tests.Exposure.Truth.Judge;
using Virtward.Host.Tests.Exposure.Truth.Scene;
using Xunit;
using static Virtward.Host.Tests.Exposure.Truth.Judge.KernelThenEngine;

namespace Virtward.Host.Tests.Exposure.Truth;

/// <summary>
/// Of what the host says by itself, and to itself (answers, resets, errors, redirects), what random rules and packets have shown the engine to get wrong. Each is told from what
/// becomes of a later probe: the kernel is asked first, then the engine.
/// </summary>
public sealed class OnceWrongAnswersTests
{
    /// <summary>The error about a packet whose flow is not known yet is of that flow, and so are its protocol and tuples (icmp_glue_bits, nf_ct_attach).</summary>
    [Theory]
    [InlineData("ct protocol icmp", "")]
    [InlineData("ct protocol tcp", "0 1 2 3 4")]
    [InlineData("ct original ip daddr 192.168.1.7", "0 1 2 3 4")]
    [InlineData("ct reply ip saddr 192.168.1.7 ct reply proto-src 443", "0 1 2 3 4")]
    [InlineData("ct reply ip daddr 192.168.1.7", "")]
    public void An_error_carries_the_flow_of_what_it_is_about(string match, string arrive)
    {
        // Errors that match spend the limit, which the second probe then passes.
        Agree(
            $$"""
            table ip t {
                chain c {
                    type filter hook postrouting priority srcnat + 10; policy accept;
                    meta l4proto icmp {{match}} goto spend
                    meta l4proto udp goto spend
                }
                chain spend {
                    limit rate 1/day burst 5 packets drop
                }
            }
            """,
            [Of("eth0", "8.8.8.8", "192.168.1.7", 443) with { Ttl = 1, Count = 5 }, Of("eth0", "8.8.8.8", "192.168.1.7", 53) with { Protocol = 17, Count = 5 }],
            ["", arrive]);
    }

    /// <summary>
    /// An echo of IPv6 for many is answered from an address of the device that it came in by, and by that device or not at all; an error comes from the address
    /// that the packet was for (icmpv6_echo_reply, icmp6_send).
    /// </summary>
    [Theory]
    [InlineData("eth1", "fd00:1::5", "fd00:8::", 58, "ip6 saddr fd00:1::100 icmpv6 type echo-reply", "1")]
    [InlineData("eth0", "2001:db8:9::9", "fd00:8::", 58, "ip6 saddr 2001:db8:1::10 icmpv6 type echo-reply", "1")]
    [InlineData("wg0", "2001:db8:9::9", "fd00:8::", 58, "icmpv6 type echo-reply", "")]
    [InlineData("eth1", "fd00:1::5", "ff02::1", 58, "ip6 saddr fd00:1::100 icmpv6 type echo-reply", "1")]
    [InlineData("eth1", "fd00:1::5", "fd00:8::", 136, "ip6 saddr fd00:8:: icmpv6 type destination-unreachable", "1")]
    public void What_is_for_many_is_answered_by_one(string iif, string from, string to, int protocol, string match, string arrive) => Agree(
        $$"""
        table inet t {
            chain saying {
                type filter hook output priority 0; policy accept;
                {{match}} goto spend
                udp dport 53 goto spend
            }
            chain spend {
                limit rate 1/day burst 2 packets drop
            }
        }
        """,
        [
            Of(iif, from, to, protocol == 58 ? 0 : 9) with { Protocol = protocol, SourcePort = protocol == 58 ? 0 : 20_000 },
            Of("host", "203.0.113.10", "8.8.8.8", 53) with { Protocol = 17, Count = 2 },
        ],
        ["0", arrive]);

    /// <summary>An error of IPv6 comes from an address of the device that the packet came in by, wherever the way back leads (icmp6_send).</summary>
    [Theory]
    [InlineData("fd00:1::100", "1")]
    [InlineData("fd00:8::1", "")]
    public void An_error_comes_from_where_the_packet_came_in(string source, string arrive) => Agree(
        $$"""
        table inet t {
            chain saying {
                type filter hook output priority 0; policy accept;
                ip6 saddr {{source}} icmpv6 type time-exceeded goto spend
                udp dport 53 goto spend
            }
            chain spend {
                limit rate 1/day burst 2 packets drop
            }
        }
        """,
        [Of("eth1", "fd00:8::2", "2001:db8:1::1", 443) with { Ttl = 1 }, Of("host", "203.0.113.10", "8.8.8.8", 53) with { Protocol = 17, Count = 2 }],
        ["", arrive]);

    /// <summary>What the host hears of itself is for all or for a group, as its address says (PACKET_LOOPBACK, nft_meta_get_eval_pkttype).</summary>
    [Theory]
    [InlineData("224.0.0.1", "multicast", "host")]
    [InlineData("224.0.0.1", "broadcast", "")]
    [InlineData("192.168.1.255", "multicast", "")]
    [InlineData("192.168.1.255", "broadcast", "host")]
    [InlineData("ff02::1", "multicast", "host")]
    [InlineData("ff02::1", "host", "")]
    public void What_the_host_hears_of_itself_is_for_many(string to, string type, string arrives)
    {
        string rules = $$"""
            table inet t {
                chain coming {
                    type filter hook input priority 0; policy drop;
                    meta pkttype {{type}} accept
                }
            }
            """;
        Packet packet = Of("host", to.Contains(':', StringComparison.Ordinal) ? "fd00:1::100" : "192.168.1.100", to, 67) with { Protocol = 17 };
        using var scene = new TruthScene(Layout.Plain);
        Assert.Null(scene.Load(rules));
        Observation seen = new Prober(scene).Run([packet]).Single();
        Assert.Equal(arrives.Length > 0, seen.Everywhere.Contains("host"));
        Assert.Equal(arrives.Length > 0, TracedEngine.Of(scene.Listing(), SceneFacts.Read(scene.Host)).Trace(packet).To == "host");
    }

    /// <summary>
    /// What the host hears of itself carries its flow, which is known once the first of both has passed postrouting: of IPv4 what it hears, of IPv6 what it sends
    /// (ip_mc_output, ip6_finish_output2).
    /// </summary>
    [Theory]
    [InlineData("192.168.1.255", "input", "eth1")]
    [InlineData("192.168.1.255", "postrouting", "host")]
    [InlineData("ff02::1", "input", "eth0")]
    [InlineData("ff02::1", "postrouting", "eth0")]
    public void What_the_host_hears_of_itself_is_of_a_known_flow(string to, string hook, string arrives)
    {
        string rules = $$"""
            table inet t {
                chain heard {
                    type filter hook {{hook}} priority 10; policy accept;
                    ct status confirmed drop
                }
            }
            """;
        Packet packet = Of("host", to.Contains(':', StringComparison.Ordinal) ? "fd00:1::100" : "192.168.1.100", to, 67) with { Protocol = 17 };
        using var scene = new TruthScene(Layout.Plain);
        Assert.Null(scene.Load(rules));
        Assert.Equal([arrives], new Prober(scene).Run([packet]).Single().Everywhere);
        Assert.Equal(arrives, TracedEngine.Of(scene.Listing(), SceneFacts.Read(scene.Host)).Trace(packet).To);
    }

    /// <summary>ICMP of the other family sums otherwise, and a rule refuses it in silence (nf_reject_verify_csum).</summary>
    [Theory]
    [InlineData(1, Outcome.Drop)]
    [InlineData(58, Outcome.Reject)]
    [InlineData(17, Outcome.Reject)]
    public void What_does_not_add_up_is_refused_in_silence(int protocol, Outcome expected)
    {
        Packet packet = Of("vnet1", "fd00:122::11", "fd00:122::1", protocol == 17 ? 9 : 0) with { Protocol = protocol, SourcePort = protocol == 17 ? 20_000 : 0 };
        using var scene = new TruthScene(Layout.Plain);
        Assert.Null(scene.Load("table inet t {\n chain c {\n type filter hook input priority 0; policy accept;\n reject\n }\n}\n"));
        Assert.Equal(expected, new Prober(scene).Run([packet]).Single().Verdict);
        Assert.Equal(expected, TracedEngine.Of(scene.Listing(), SceneFacts.Read(scene.Host)).Trace(packet).Verdict);
    }

    /// <summary>To ::1 an answer goes only by the device of the address that was asked (rt6_need_strict, tcp_v6_send_response).</summary>
    [Theory]
    [InlineData("::1", "fd00:1::100", 6, "0 2")]
    [InlineData("fd00:1::100", "fd00:1::100", 6, "0 1 2")]
    [InlineData("::1", "::1", 6, "0 1 2")]
    public void Answers_to_the_loopback_go_by_one_device(string from, string to, int protocol, string arrive) => Agree(
        """
        table inet t {
            chain saying {
                type filter hook output priority 0; policy drop;
                meta l4proto tcp numgen inc mod 2 0 accept
            }
        }
        """,
        [Of("host", from, to, 1023) with { Protocol = protocol, Count = 3 }],
        [arrive]);

    /// <summary>An echo from ::1 is answered nevertheless, by the loopback device: here the answers take every third number.</summary>
    [Theory]
    [InlineData("::1", "fd00:122::1")]
    [InlineData("::1", "2001:db8:1::10")]
    [InlineData("fd00:1::100", "fd00:122::1")]
    public void An_echo_from_the_loopback_is_answered(string from, string to) => Agree(
        """
        table inet t {
            chain postrouting {
                type filter hook postrouting priority 0; policy accept;
                icmpv6 type { echo-request, echo-reply } numgen inc mod 3 0 drop
            }
        }
        """,
        [Of("host", from, to, 0) with { Protocol = 58, Count = 4 }],
        ["1 3"]);

    /// <summary>
    /// A sender on the link whose packet leaves by the device that it came in by is told of a shorter way, once (ip_rt_send_redirect), and the host's rules
    /// meet that.
    /// </summary>
    [Theory]
    [InlineData("203.0.113.77", "8.8.8.8", 17, "1", "1")]
    [InlineData("203.0.113.77", "203.0.113.78", 6, "1", "1")]
    [InlineData("198.51.100.7", "8.8.8.8", 17, "1", "")]
    [InlineData("203.0.113.77", "10.8.0.2", 17, "1", "")]
    [InlineData("203.0.113.77", "8.8.8.8", 17, "0", "")]
    public void A_sender_on_the_link_is_told_of_a_shorter_way(string from, string to, int protocol, string tells, string arrive) => Agree(
        """
        table ip t {
            chain saying {
                type filter hook output priority 0; policy accept;
                icmp type redirect icmp code 1 ip saddr 203.0.113.10 goto spend
                udp dport 53 goto spend
            }
            chain spend {
                limit rate 1/day burst 2 packets drop
            }
        }
        """,
        [Of("eth0", from, to, 443) with { Protocol = protocol }, Of("host", "203.0.113.10", "1.1.1.1", 53) with { Protocol = 17, Count = 2 }],
        ["0", arrive],
        Layout.Plain with { Sysctls = [("net.ipv4.conf.all.send_redirects", tells), ("net.ipv4.conf.eth0.send_redirects", tells)] });

    /// <summary>
    /// What refuses a packet is of its flow, and translated as that is, also where the flow is not known yet (nf_nat_packet, nf_nat_icmp_reply_translation): it comes from where
    /// the packet was sent to. What the rules would make of it by themselves it does not become.
    /// </summary>
    [Theory]
    [InlineData("tcp reset", "192.168.1.100", "")]
    [InlineData("tcp reset", "192.168.122.10", "0")]
    [InlineData("tcp reset", "192.0.2.1", "0")]
    [InlineData("icmp host-unreachable", "192.168.1.100", "")]
    [InlineData("icmp host-unreachable", "203.0.113.10", "0")]
    public void What_refuses_a_packet_comes_from_where_it_was_sent_to(string with, string from, string arrive) => Agree(
        $$"""
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
        """,
        [Of("eth0", "8.8.8.8", "192.168.1.100", 22), Of("host", from, "1.1.1.1", 53) with { Protocol = 17 }],
        ["", arrive]);

    /// <summary>
    /// Before routing it is the way back that says where an error comes from, and whether one is sent (nf_reject_fill_skb_dst, __icmp_send): not where the packet was sent to.
    /// </summary>
    [Theory]
    [InlineData("prerouting", "192.168.1.100", "192.168.1.100", "0")]
    [InlineData("prerouting", "192.168.1.100", "203.0.113.10", "")]
    [InlineData("input", "192.168.1.100", "192.168.1.100", "")]
    [InlineData("input", "192.168.1.100", "203.0.113.10", "0")]
    [InlineData("prerouting", "255.255.255.255", "203.0.113.10", "")]
    [InlineData("input", "255.255.255.255", "203.0.113.10", "0")]
    public void Before_routing_it_is_the_way_back_that_says_where_an_error_comes_from(string hook, string to, string from, string arrive) => Agree(
        $$"""
        table ip filter {
            set said { type ipv4_addr; size 16; flags dynamic; }
            chain refusing { type filter hook {{hook}} priority filter; policy accept; udp dport 53 reject; }
            chain output {
                type filter hook output priority filter; policy accept;
                icmp type destination-unreachable add @said { ip saddr } accept
                ip saddr @said drop
            }
        }
        """,
        [Of("eth0", "8.8.8.8", to, 53) with { Protocol = 17 }, Of("host", from, "1.1.1.1", 53) with { Protocol = 17 }],
        ["", arrive]);

    /// <summary>What the host has sent to 0.0.0.0, itself, is answered from an address that the way back has (ip_send_unicast_reply, icmp_reply, icmp_route_lookup).</summary>
    [Theory]
    [InlineData(6, "")]
    [InlineData(1, "")]
    [InlineData(136, "")]
    public void What_was_sent_to_nowhere_is_answered_from_an_address(int protocol, string arrive) => Agree(
        """
        table ip filter {
            set said { type ipv4_addr; size 16; flags dynamic; }
            chain output {
                type filter hook output priority filter; policy accept;
                udp dport 53 ip saddr @said drop
                udp dport 53 accept
                ip daddr != 0.0.0.0 add @said { ip saddr }
            }
        }
        """,
        [Of("host", "192.168.122.1", "0.0.0.0", 443) with { Protocol = protocol }, Of("host", "192.168.122.1", "1.1.1.1", 53) with { Protocol = 17 }],
        ["0", arrive]);

    /// <summary>Where another flow has a ping's answers it gets an identifier of its own (nf_nat_l4proto_unique_tuple), and its answers are not the other's.</summary>
    [Theory]
    [InlineData("fd00:122::1", "")]
    [InlineData("fd00:8::1", "0")]
    public void Of_two_pings_with_the_same_answers_each_is_answered(string from, string arrive) => Agree(
        """
        table ip6 nat {
            chain input { type nat hook input priority 100; policy accept; ip6 saddr fd00:122::10 snat to fd00:122::1; }
        }
        table ip6 filter {
            set heard { type ipv6_addr; size 16; flags dynamic; }
            chain input {
                type filter hook input priority filter; policy accept;
                icmpv6 type echo-reply ip6 daddr fd00:122::1 add @heard { ip6 saddr } accept
                udp dport 53 ip6 saddr @heard drop
            }
        }
        """,
        [
            Of("vnet0", "fd00:122::10", "fd00:1::100", 0) with { Protocol = 58 }, Of("host", from, "fd00:1::100", 0) with { Protocol = 58 },
            Of("host", "fd00:1::100", "fd00:8::1", 53) with { Protocol = 17 },
        ],
        ["0", "0", arrive]);

    /// <summary>An answer to ::1 goes by the device of the address that was asked (rt6_need_strict), and is not routed again where nothing has changed (nf_nat_ipv6_local_fn).</summary>
    [Theory]
    [InlineData("::1", "0")]
    [InlineData("fd00:8::1", "")]
    public void An_answer_is_routed_again_only_where_something_has_changed(string from, string arrive) => Agree(
        """
        table ip6 filter {
            chain input {
                type filter hook input priority filter; policy accept;
                ct state established goto spend
                udp dport 53 goto spend
            }
            chain spend {
                limit rate 1/day burst 1 packets drop
            }
            chain output { type route hook output priority mangle; policy accept; udp dport 1 meta mark set 1; }
        }
        """,
        [Of("host", from, "2001:db8:1::10", 443), Of("eth0", "2001:db8:1::5", "2001:db8:1::10", 53) with { Protocol = 17 }],
        ["0", arrive == "0" ? "" : "0"]);

    /// <summary>A redirect of IPv6 that the host's own rules refuse has the host tell itself (ndisc_send_skb): another socket is busy then than that of errors.</summary>
    [Theory]
    [InlineData("2001:db8:1::3", "0")]
    [InlineData("fd00:122::10", "")]
    public void Who_refuses_to_tell_of_a_shorter_way_tells_itself(string to, string arrive) => Agree(
        """
        table ip6 filter {
            chain output { type filter hook output priority filter; policy accept; icmpv6 type nd-redirect reject; }
            chain input {
                type filter hook input priority filter; policy accept;
                icmpv6 type destination-unreachable goto spend
                udp dport 53 goto spend
            }
            chain spend {
                limit rate 1/day burst 1 packets drop
            }
        }
        """,
        [Of("eth0", "2001:db8:1::75", to, 443) with { Protocol = 17 }, Of("eth0", "2001:db8:1::75", "2001:db8:1::10", 53) with { Protocol = 17 }],
        ["0", arrive]);
}
