using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Evaluation;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Topology;
using Xunit;

namespace Virtward.Tests.Exposure;

/// <summary>Packets that rules hand to sockets of the host: which socket takes them, and what is not known.</summary>
public sealed class SocketLookupTests
{
    private const string Rules = """
        table ip t {
            chain c {
                type filter hook prerouting priority mangle; policy accept;
                iifname "virbr0" tcp dport 80 tproxy to 127.0.0.1:3129 meta mark set 0x1
            }
        }
        """;

    private static readonly LocalSocket Proxy = new(6, Address.Parse("127.0.0.1"), 3129) { Transparent = true };
    private static readonly Packet Request = Hosts.Tcp(80) with { Iif = "vnet0", Source = Address.Parse("192.168.122.10"), Destination = Address.Parse("8.8.8.8") };

    [Fact]
    public void A_transparent_socket_takes_them_where_a_route_makes_them_the_hosts()
    {
        Trace said = Trace(Routed(Proxy));
        Assert.Equal((Outcome.Accept, "host", 80), (said.Verdict, said.To, said.DestinationPort));
        Assert.Contains(said.Why, static why => why.Verdict == "tproxy");
    }

    [Fact]
    public void Without_such_a_route_they_are_lost() =>
        Assert.Equal(Outcome.Drop, Trace(Hosts.Usual with { Sockets = [Proxy] }).Verdict);

    [Theory]
    [InlineData("127.0.0.1", 3129, false, "eth0")]
    [InlineData("127.0.0.1", 3128, true, "eth0")]
    [InlineData("192.168.122.1", 3129, true, "eth0")]
    [InlineData("0.0.0.0", 3129, true, "host")]
    [InlineData("::", 3129, true, "host")]
    public void Others_do_not_take_them(string address, int port, bool transparent, string to) =>
        Assert.Equal(to, Trace(Routed(Proxy with { Address = Address.Parse(address), Port = port, Transparent = transparent })).To);

    [Fact]
    public void What_is_bound_to_the_address_comes_before_what_is_bound_to_none() =>
        Assert.Equal("eth0", Trace(Routed(Proxy with { Transparent = false }, Proxy with { Address = Address.Parse("0.0.0.0") })).To);

    [Fact]
    public void What_is_not_known_is_not_proven()
    {
        Trace untold = Trace(Routed(Proxy with { Transparent = null }));
        Assert.Equal(Outcome.Unproven, untold.Verdict);
        Assert.Equal(["whether tcp 127.0.0.1:3129 takes packets for others' addresses"], untold.DependsOn);

        // Two at one place: the kernel draws.
        Assert.Equal(Outcome.Unproven, Trace(Routed(Proxy, Proxy with { Transparent = false })).Verdict);
        Assert.Equal(Outcome.Unproven, Trace(Routed() with { Sockets = null }).Verdict);
    }

    [Fact]
    public void Sets_say_the_same()
    {
        LocalSocket ssh = new(6, Address.Parse("0.0.0.0"), 22) { Transparent = false };
        var engine = new ExposureEngine(Hosts.Rules(Rules), Routed(Proxy, ssh));
        PrefixSet all = PrefixSet.Of(Prefix.Parse("0.0.0.0/0"));
        Question question = new("vnet0", Address.Parse("8.8.8.8"), 6, 0)
        {
            From = PrefixSet.Of(Prefix.Parse("192.168.122.0/24")), To = all, Ports = new(0, 65535), Arriving = ["host"], Takers = [Proxy], Handed = true,
        };
        SourceSets sets = engine.Ask(question);
        Assert.True(sets.Accepted.Contains(Request.Source));
        Assert.Equal("80", sets.OpenPorts.ToText(4));
        Assert.True(engine.Ask(question with { Takers = [ssh] }).Accepted.IsEmpty);
        Assert.True(engine.Ask(question with { Entry = "eth0", From = null }).Accepted.IsEmpty);

        // What the proxy takes, another listener at that port does not.
        Question own = new("vnet0", Address.Parse("192.168.122.1"), 6, 80) { From = question.From };
        Assert.False(engine.Ask(own).Accepted.IsEmpty);
        Assert.True(engine.Ask(own with { Takers = [ssh] }).Accepted.IsEmpty);
    }

    private static Trace Trace(HostNetwork network) => new Tracer(Hosts.Rules(Rules), network).Trace(Request);

    // As Documentation/networking/tproxy.rst has it: what bears the mark is local.
    private static HostNetwork Routed(params ImmutableArray<LocalSocket> sockets) => Hosts.Usual with
    {
        Sockets = sockets,
        Routes = Hosts.Usual.Routes.AddRange(
            new Route(100, RouteType.Local, Prefix.Parse("0.0.0.0/0")) { Device = "lo" }, new Route(255, RouteType.Local, Prefix.Parse("192.168.122.1/32")) { Device = "virbr0" }),
        Rules =
        [
            new RoutingRule(false, 0, 255), new RoutingRule(false, 10, 100) { Mark = 1, MarkMask = uint.MaxValue }, new RoutingRule(false, 32766, 254),
        ],
    };
}
