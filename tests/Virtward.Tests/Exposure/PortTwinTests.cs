using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Topology;
using Xunit;

namespace Virtward.Tests.Exposure;

/// <summary>Ports of a bridge: asked one after the other they get what each gets when it is asked alone, whatever tells them apart.</summary>
public sealed class PortTwinTests
{
    private static readonly string[] Ports = ["vnet0", "vnet1", "vnet2", "vnet3"];

    private static readonly HostNetwork Four = Hosts.Usual with
    {
        Interfaces = [.. Hosts.Usual.Interfaces, .. Ports[2..].Select(static (name, at) => new NetworkInterface(20 + at, name) { Kind = "tun", Master = "virbr0", Mac = 0x02_00_00_00_00_20 + (ulong)at })],
    };

    private const string Input = "table inet filter { chain input { type filter hook input priority filter; policy drop; iifname \"virbr0\" tcp dport 22 accept; iifname \"vnet1\" accept; } }";

    public static TheoryData<string> Differences => new(
        "",
        "table bridge b { chain p { type filter hook prerouting priority 0; policy accept; iifname \"vnet1\" ip saddr 192.168.122.0/25 drop; } }",
        "table bridge b { chain p { type filter hook prerouting priority 0; policy accept; iifname { \"vnet0\", \"vnet2\" } tcp dport 22 drop; } }",
        "table bridge b { chain p { type filter hook prerouting priority 0; policy accept; iifname != \"vnet*\" drop; iif \"vnet3\" drop; } }",
        "table bridge b { chain p { type filter hook prerouting priority 0; policy accept; iifname vmap { \"vnet0\" : drop, \"vnet2\" : accept }; } }",
        "table bridge b { chain p { type filter hook prerouting priority 0; policy accept; iifname . ip saddr { \"vnet2\" . 192.168.122.9 } drop; } }",
        "table bridge b { set s { type ifname; elements = { \"vnet3\" }; }; chain p { type filter hook input priority 0; policy accept; iifname @s ip saddr != 192.168.122.40 drop; } }",
        "table netdev n { chain i { type filter hook ingress device \"vnet2\" priority 0; policy drop; ip saddr 192.168.122.77 accept; } }");

    [Theory]
    [MemberData(nameof(Differences))]
    public void Each_port_gets_what_it_gets_alone(string more)
    {
        Ruleset rules = Hosts.Rules(Input.Replace(";", "\n", StringComparison.Ordinal).Replace("{", "{\n", StringComparison.Ordinal) + "\n" + Lines(more));
        Same(rules, Four);
    }

    [Fact]
    public void Settings_of_a_port_tell_it_from_others()
    {
        Ruleset rules = Hosts.Input("tcp dport 22 accept", "");
        Same(rules, Four with { Interfaces = [.. Four.Interfaces.Select(static one => one.Name == "vnet1" ? one with { Up = false } : one)] });
        Same(rules, Four with { Interfaces = [.. Four.Interfaces.Select(static one => one.Name == "vnet2" ? one with { Master = null } : one)] });
        Same(rules, Four with { Sysctls = Four.Sysctls.Add("net.ipv4.conf.vnet0.rp_filter", "1") });
    }

    [Fact]
    public void What_nothing_tells_apart_is_told_with_the_port_that_was_asked_about()
    {
        var engine = new ExposureEngine(Hosts.Input("ip saddr 192.168.122.0/24 tcp dport 22 accept", ""), Four);
        SourceSets first = engine.Ask(About("vnet0"));
        SourceSets last = engine.Ask(About("vnet3"));
        Assert.Same(first.Accepted, last.Accepted);
        Assert.All(first.Witnesses, static witness => Assert.Equal("vnet0", witness.Packet.Iif));
        Assert.All(last.Witnesses, static witness => Assert.Equal("vnet3", witness.Packet.Iif));
    }

    // The answers of one engine that was asked about all of them against those of engines of their own; and all of them at once.
    private static void Same(Ruleset rules, HostNetwork network)
    {
        var engine = new ExposureEngine(rules, network);
        foreach (string port in Ports)
        {
            SourceSets said = engine.Ask(About(port));
            SourceSets alone = new ExposureEngine(rules, network).Ask(About(port));
            foreach (Outcome outcome in Enum.GetValues<Outcome>())
            {
                Assert.Equal(alone[outcome], said[outcome]);
            }

            Assert.Equal(alone.Arrivals, said.Arrivals);
            Assert.Equal(alone.DependsOn, said.DependsOn);
            Assert.Equal(alone.Witnesses.Select(static one => (one.Outcome, one.Packet.Iif, one.Packet.Source)), said.Witnesses.Select(static one => (one.Outcome, one.Packet.Iif, one.Packet.Source)));
        }

        Question[] all = [.. Ports.Select(static port => About(port) with { Ports = new(20, 30) })];
        SourceSets together = new ExposureEngine(rules, network).Ask([.. all]);
        Assert.Equal(all.Select(one => new ExposureEngine(rules, network).Ask(one).OpenPorts), together.PortsByQuestion);
    }

    private static Question About(string port) => new(port, Address.Parse("192.168.122.1"), 6, 22);

    private static string Lines(string text) =>
        System.Text.RegularExpressions.Regex.Replace(text.Replace("; ", "\n", StringComparison.Ordinal), "(chain \\w+|set \\w+|table \\w+ \\w+) \\{", "$1 {\n");
}
