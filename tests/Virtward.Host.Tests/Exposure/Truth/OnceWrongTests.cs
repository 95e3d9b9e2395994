using Virtward.Exposure.Answers;
using Virtward.Exposure.Packets;
using Virtward.Host.Tests.Exposure.Truth.Judge;
using Virtward.Host.Tests.Exposure.Truth.Scene;
using Virtward.Host.Tests.Support;
using Xunit;
using static Virtward.Host.Tests.Exposure.Truth.Judge.KernelThenEngine;

namespace Virtward.Host.Tests.Exposure.Truth;

/// <summary>
/// What random rules and packets have shown the engine to get wrong, each as small as it gets. The kernel is asked first, so that a case tests what it says, then
/// the engine: for each probe, which of its packets arrive.
/// </summary>
public sealed class OnceWrongTests
{
    private const int Syn = 2;
    private const int Fin = 1;
    private const int Ack = 16;

    /// <summary>What is asked about twice before its flow is known counts twice (__nf_conncount_add); the element asks what the rule asked that made it.</summary>
    [Theory]
    [InlineData(1, "0")]
    [InlineData(3, "0 1")]
    [InlineData(5, "0 1 2")]
    public void A_flow_that_begins_counts_at_each_rule_that_counts(int most, string arrive) => Agree(
        $$"""
        table ip t {
            set s { type ipv4_addr; size 64; flags dynamic; }
            chain coming {
                type filter hook prerouting priority 0; policy accept;
                add @s { ip saddr ct count over {{most}} } drop
            }
            chain passing {
                type filter hook forward priority 0; policy accept;
                add @s { ip saddr ct count over 1000 } accept
            }
        }
        """,
        [Of("vnet2", "10.77.0.20", "192.168.122.11", 443) with { Count = 4 }],
        [arrive]);

    /// <summary>A flow that both sides have agreed to is taken to be counted, be it or not; one that is only answered is looked for (IPS_ASSURED, __nf_conncount_add).</summary>
    [Theory]
    [InlineData("syn", 0, "")]
    [InlineData("syn | ack", 1, "")]
    [InlineData("ack", 2, "0")]
    public void Flows_that_are_agreed_to_are_not_counted_any_more(string flags, int packet, string arrives)
    {
        Packet first = Of("vnet2", "10.77.0.20", "192.168.122.11", 443);
        Packet answer = Of("vnet1", "192.168.122.11", "10.77.0.20", 20_000) with { SourcePort = 443, TcpFlags = Syn | Ack };
        Agree(
            $$"""
            table ip t {
                chain passing {
                    type filter hook forward priority 0; policy accept;
                    tcp flags & (syn | ack) == {{flags}} ct count over 0 drop
                }
            }
            """,
            [((Packet[])[first, answer with { Before = [first] }, first with { TcpFlags = Ack, Before = [first, answer] }])[packet]],
            [arrives]);
    }

    /// <summary>
    /// Once a second an element whose flows are all over goes away (nft_rhash_gc, nft_connlimit_gc): another rule may make it anew then. For the engine time stands
    /// still.
    /// </summary>
    [Fact]
    public async Task An_element_that_counts_nothing_any_more_goes_away_with_time()
    {
        const string rules = """
            table ip t {
                set s { type ipv4_addr; size 64; flags dynamic; }
                chain coming {
                    type nat hook prerouting priority 0; policy accept;
                    add @s { ip saddr ct count over 3 } drop
                }
                chain passing {
                    type filter hook forward priority 0; policy accept;
                    add @s { ip saddr ct count over 1 } accept
                }
            }
            """;

        // No flow begins with FIN: chains of type nat do not see it, and the element is made by the second rule.
        Packet none = Of("vnet2", "10.77.0.20", "192.168.122.11", 443) with { SourcePort = 19_000, TcpFlags = Fin };
        Packet flows = Of("vnet2", "10.77.0.20", "192.168.122.11", 443) with { Count = 4 };
        using var scene = new TruthScene(Layout.Plain);
        Assert.Null(scene.Load(rules));
        TracedEngine engine = TracedEngine.Of(scene.Listing(), SceneFacts.Read(scene.Host));
        var prober = new Prober(scene) { Slow = true };
        Assert.Equal(Outcome.Accept, prober.Run([none]).Single().Verdict);
        await Eventually.HoldsAsync(() => !scene.Listing().Contains("elements", StringComparison.Ordinal), "the element goes away with its flow");
        Assert.Equal([0, 1], prober.Run([flows]).Single().AcceptedIndex);
        Assert.Equal(Outcome.Accept, engine.Trace(none).Verdict);
        Assert.Equal([0], engine.Trace(flows).AcceptedIndex);
    }

    /// <summary>Also an own address must have come in by its own device, where sources are validated strictly (__fib_validate_source).</summary>
    [Theory]
    [InlineData("10.8.0.1", "1", "1", "")]
    [InlineData("10.8.0.1", "2", "1", "0")]
    [InlineData("203.0.113.10", "1", "1", "0")]
    [InlineData("203.0.113.10", "1", "0", "")]
    public void Own_addresses_are_validated_like_others(string from, string filter, string accepts, string arrives) => Agree(
        "table inet t { }",
        [Of("eth0", from, "192.168.1.100", 443)],
        [arrives],
        Layout.Plain with { Sysctls = [("net.ipv4.conf.all.rp_filter", filter), ("net.ipv4.conf.eth0.accept_local", accepts)] });

    /// <summary>A tag of no VLAN is gone once IP has the packet (__netif_receive_skb_core); a bridge keeps it.</summary>
    [Fact]
    public void A_tag_of_no_VLAN_does_not_pass_IP() => Agree(
        """
        table bridge t {
            chain leaving {
                type filter hook postrouting priority 50; policy accept;
                ether type != ip drop
            }
        }
        """,
        [
            Of("eth0", "198.51.100.7", "10.77.0.21", 2222) with { Vlan = 0 },
            Of("vnet0", "192.168.122.10", "192.168.122.11", 2222) with { Vlan = 0, Bridged = true },
        ],
        ["0", ""]);

    /// <summary>In tables of both families <c>icmp</c> asks for IPv4 again behind <c>meta protocol ip6</c> (payload_gen_dependency, src/payload.c of nftables).</summary>
    [Theory]
    [InlineData("inet", "meta protocol ip6", "0")]
    [InlineData("inet", "meta nfproto ipv6", "")]
    [InlineData("netdev", "meta protocol ip6", "")]
    public void ICMP_in_IPv6_is_asked_for_its_family(string family, string match, string arrives) => Agree(
        $$"""
        table {{family}} t {
            chain passing {
                type filter hook {{(family == "inet" ? "forward" : "ingress device \"eth0\"")}} priority 0; policy accept;
                {{match}} icmp type { echo-reply, echo-request } drop
            }
        }
        """,
        [Of("eth0", "2001:db8:9::9", "fd00:77::3", 0) with { Protocol = 1, SourcePort = 0 }],
        [arrives]);

    /// <summary>At egress nothing is said of the device that a packet came in by (nf_hook_egress).</summary>
    [Theory]
    [InlineData("iifname \"br0\" drop", "0")]
    [InlineData("iifname != \"br0\" drop", "")]
    [InlineData("meta iifkind \"bridge\" drop", "0")]
    public void At_egress_no_device_is_the_one_it_came_in_by(string rule, string arrives) => Agree(
        $$"""
        table netdev t {
            chain asked {
                {{rule}}
            }
            chain leaving {
                type filter hook egress device "eth0" priority 0; policy accept;
                jump asked
            }
        }
        """,
        [Of("eth2", "10.77.0.21", "10.77.8.21", 443)],
        [arrives]);

    /// <summary>
    /// What is sent on to another of a bridge's guests while the bridge handles it goes there only where the host passes packets on (br_nf_pre_routing_finish): without
    /// that IPv4's route is one to an error.
    /// </summary>
    [Theory]
    [InlineData("1", "0")]
    [InlineData("0", "")]
    public void What_a_bridge_translates_needs_forwarding(string forwards, string arrives) => Agree(
        """
        table ip t {
            chain coming {
                type nat hook prerouting priority dstnat; policy accept;
                dnat to 10.77.0.20
            }
        }
        """,
        [Of("eth2", "172.16.5.7", "192.168.122.1", 443)],
        [arrives],
        Layout.Plain with { Sysctls = [("net.bridge.bridge-nf-call-iptables", "1"), ("net.ipv4.ip_forward", forwards)] });

    /// <summary>Routing rules that jump, and those that take no short routes as wg-quick writes them (fib_rules_lookup, fib4_rule_suppress, fib6_rule_suppress).</summary>
    [Theory]
    [InlineData("8.8.8.8", "wg0")]
    [InlineData("192.168.1.7", "eth1")]
    [InlineData("9.9.9.9", "eth0")]
    [InlineData("1.1.1.1", "")]
    [InlineData("2606:4700::1", "wg0")]
    [InlineData("fd00:1::7", "eth1")]
    [InlineData("2606:4700::2", "eth0")]
    public void Routing_rules_jump_and_pass_over_short_routes(string to, string device)
    {
        const string rules4 = """
            route add default via 10.8.0.2 table 51820
            rule add pref 100 to 9.9.9.9 goto 32766
            rule add pref 110 to 1.1.1.1 goto 150
            rule add pref 120 to 8.8.4.4 goto 5000
            rule add pref 140 table main suppress_prefixlength 0
            rule add pref 141 not to 1.1.1.1 table 51820
            rule add pref 150 nop
            rule add pref 151 to 1.1.1.1 prohibit
            """;
        const string rules6 = """
            route add default via fd00:8::2 table 51820
            rule add pref 100 to 2606:4700::2 goto 32766
            rule add pref 140 table main suppress_prefixlength 0
            rule add pref 141 table 51820
            """;
        bool v6 = to.Contains(':', StringComparison.Ordinal);
        Packet packet = Of("vnet0", v6 ? "fd00:122::10" : "192.168.122.10", to, 443);
        using var scene = new TruthScene(Layout.Plain with { Commands = rules4, CommandsV6 = rules6 });
        Assert.Equal(device, new Prober(scene).Run([packet]).Single().To ?? "");
        Trace said = TracedEngine.Of(scene.Listing(), SceneFacts.Read(scene.Host)).Trace(packet);
        Assert.Equal(device, said.DependsOn.IsEmpty ? said.To ?? "" : string.Join(' ', said.DependsOn));
    }

    /// <summary>
    /// Of two conditions that ports differ nft before 1.1 makes one, that they are not both the same (payload_do_merge), and lists two all the same: what hangs on that is not
    /// proven, the rest is.
    /// </summary>
    [Theory]
    [InlineData("udp sport != 1 udp dport != 5910 drop", 20_000, 5910, Outcome.Unproven)]
    [InlineData("udp sport != 1 udp dport != 5910 drop", 20_000, 53, Outcome.Drop)]
    [InlineData("udp sport != 1 udp dport != 5910 drop", 1, 5910, Outcome.Accept)]
    [InlineData("udp sport != 1 udp dport 5910 drop", 20_000, 53, Outcome.Accept)]
    [InlineData("ip saddr != 10.8.0.2 ip daddr != 10.77.0.21 drop", 20_000, 53, Outcome.Accept)]
    public void What_a_listing_does_not_tell_is_not_proven(string rule, int from, int to, Outcome expected)
    {
        string rules = $$"""
            table inet t {
                chain passing {
                    type filter hook forward priority 0; policy accept;
                    {{rule}}
                }
            }
            """;
        Packet packet = Of("wg0", "10.8.0.2", "10.77.0.20", to) with { Protocol = 17, SourcePort = from };
        using var scene = new TruthScene(Layout.Plain);
        Assert.Null(scene.Load(rules));
        Trace said = TracedEngine.Of(scene.Listing(), SceneFacts.Read(scene.Host)).Trace(packet);
        Assert.Equal(expected, said.Verdict);
        if (expected != Outcome.Unproven)
        {
            Assert.Equal(expected, new Prober(scene).Run([packet]).Single().Verdict);
        }
    }

    /// <summary>A chain of a bridge that was made later runs before br_netfilter where both have the same priority (nf_hook_entries_grow): it sees addresses as they came.</summary>
    [Theory]
    [InlineData("0", "8.8.8.8", "")]
    [InlineData("0", "192.168.122.11", "0")]
    [InlineData("1", "8.8.8.8", "0")]
    [InlineData("1", "192.168.122.11", "")]
    public void A_younger_chain_comes_first_of_the_same_priority(string priority, string dropped, string arrive) => Agree(
        $$"""
        table bridge b {
            chain pre { type filter hook prerouting priority {{priority}}; policy accept; ip daddr {{dropped}} tcp dport 443 drop; }
        }
        table ip n {
            chain pre { type nat hook prerouting priority dstnat; policy accept; ip daddr 8.8.8.8 tcp dport 443 dnat to 192.168.122.11; }
        }
        """,
        [Of("vnet0", "192.168.122.10", "8.8.8.8", 443)],
        [arrive],
        Layout.Plain with { Sysctls = [("net.bridge.bridge-nf-call-iptables", "1")] });

    /// <summary>What the host sends to everybody it does not hear by a device that is down (enqueue_to_backlog, net/core/dev.c).</summary>
    [Theory]
    [InlineData("up", "0")]
    [InlineData("down", "")]
    public void Nobody_hears_himself_by_a_device_that_is_down(string state, string arrive) => Agree(
        "table inet t {\n}\n",
        [Of("host", "192.168.1.100", "255.255.255.255", 3389) with { Protocol = 17 }],
        [arrive],
        Layout.Plain with { Commands = $"link set eth1 {state}" });
}
