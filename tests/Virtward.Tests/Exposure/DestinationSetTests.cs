using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Sets;
using Xunit;

namespace Virtward.Tests.Exposure;

/// <summary>Questions about many destinations at once: who gets to any of them, which of them, at which ports.</summary>
public sealed class DestinationSetTests
{
    private static readonly PrefixSet Guests = PrefixSet.Of(Prefix.Parse("192.168.122.0/24"));
    private static readonly PrefixSet Everything = PrefixSet.Of(Prefix.Parse("0.0.0.0/0"));

    private static readonly Ruleset Forwarding = Hosts.Rules("""
        table inet filter {
            chain forward {
                type filter hook forward priority filter; policy drop;
                ct state established,related accept
                iifname "virbr0" ip daddr 192.168.1.5 tcp dport { 53, 8080-8090 } accept
                iifname "virbr0" ip daddr 192.168.1.0/24 drop
                iifname "virbr0" oifname "eth0" ip saddr 192.168.122.10 ip daddr != 198.51.100.0/24 accept
            }
        }
        """);

    [Fact]
    public void What_leaves_by_one_device_is_told_by_source_destination_and_port()
    {
        SourceSets sets = Ask(Forwarding, "vnet0", Guests, Everything, 6, "eth1");
        Assert.Equal(Guests.Subtract(Prefix.Parse("192.168.122.1/32")), sets.Accepted);
        Assert.Equal("192.168.1.5", sets.Destinations.ToString());
        Assert.Equal("53, 8080-8090", sets.OpenPorts.ToString());
        Assert.True(sets.Dropped.Contains(Address.Parse("192.168.122.1")));
        Witness way = sets.Witnesses.Single(static witness => witness.Outcome == Outcome.Accept);
        Assert.Equal(Address.Parse("192.168.1.5"), way.Packet.Destination);
        Assert.Equal("eth1", way.Trace.To);
        Assert.Contains(way.Trace.Why, static why => why.Rule.Contains("8080-8090", StringComparison.Ordinal));
    }

    [Fact]
    public void Other_devices_do_not_count_and_exceptions_are_cut_out_of_the_destinations()
    {
        SourceSets sets = Ask(Forwarding, "vnet0", Guests, Everything, 17, "eth0");
        Assert.Equal("192.168.122.10", sets.Accepted.ToString());
        Assert.False(sets.Destinations.Contains(Address.Parse("198.51.100.7")));
        Assert.False(sets.Destinations.Contains(Address.Parse("192.168.1.5")));
        Assert.True(sets.Destinations.Contains(Address.Parse("8.8.8.8")));
        Assert.Equal(PortSet.All, sets.OpenPorts);
        Assert.True(Ask(Forwarding, "vnet0", Guests, Everything, 17, "wg0").Accepted.IsEmpty);
    }

    [Fact]
    public void The_host_itself_sends_from_its_own_addresses()
    {
        Ruleset rules = Hosts.Rules("""
            table inet filter {
                chain output {
                    type filter hook output priority filter; policy drop;
                    udp dport { 53, 123 } accept
                    oifname "eth0" tcp dport 443 accept
                }
            }
            """);
        SourceSets sets = Ask(rules, "host", null, Everything, 6, "eth0");
        Assert.Contains(Hosts.Own, sets.Accepted.ToString(), StringComparison.Ordinal);
        Assert.Equal("443", sets.OpenPorts.ToString());
        Assert.True(Ask(rules, "host", null, Everything, 6, "eth1").Accepted.IsEmpty);
        Assert.Equal("53, 123", Ask(rules, "host", null, Everything, 17, "eth1").OpenPorts.ToString());
    }

    [Fact]
    public void Sets_agree_with_single_questions()
    {
        var engine = new ExposureEngine(Forwarding, Hosts.Usual);
        SourceSets all = Ask(Forwarding, "vnet0", Guests, Everything, 6, "eth1");
        foreach (string destination in new[] { "192.168.1.5", "192.168.1.6", "192.168.1.7" })
        {
            foreach (int port in new[] { 53, 54, 8085, 8091 })
            {
                SourceSets one = engine.Ask(new Question("vnet0", Address.Parse(destination), 6, port) { From = Guests });
                Assert.Equal(!one.Accepted.IsEmpty, all.Destinations.Contains(Address.Parse(destination)) && all.OpenPorts.Contains(port));
            }
        }
    }

    private static SourceSets Ask(Ruleset rules, string entry, PrefixSet? from, PrefixSet to, int protocol, params string[] leaving) =>
        new ExposureEngine(rules, Hosts.Usual).Ask(new Question(entry, to[0].First, protocol, 0)
        {
            Ports = new ValueRange(0, 65535),
            From = from,
            To = to,
            Arriving = [.. leaving],
        });
}
