using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets;
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
