using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Virtward.Core.Net;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Topology;

namespace Virtward.Bench.Exposure;

/// <summary>A ruleset such as a host of many years has, and its network: many rules by port and source, two large ban sets, chains by zone.</summary>
internal static class GeneratedRules
{
    public static readonly string[] Zones = ["eth0", "eth1", "wg0", "virbr0", "eth2"];

    public static Address Own => Address.Parse("203.0.113.10");

    public static HostNetwork Network => new()
    {
        Interfaces = [.. Zones.Prepend("lo").Select((name, at) => new NetworkInterface(at + 1, name)
        {
            Loopback = name == "lo",
            Addresses = [new InterfaceAddress(Address.Parse(name == "lo" ? "127.0.0.1" : name == "eth0" ? "203.0.113.10" : $"10.{at}.0.1"), name == "lo" ? 8 : 24)],
        })],
        Routes = [.. Zones.Select((name, at) => new Route(254, RouteType.Unicast, new Prefix(Address.Parse(name == "eth0" ? "0.0.0.0" : $"10.{at + 1}.0.0"), name == "eth0" ? 0 : 24))
        {
            Device = name,
        })],
        Sysctls = ImmutableDictionary<string, string>.Empty.Add("net.ipv4.ip_forward", "1"),
    };

    public static Ruleset Make(int rules, int elements)
    {
        var random = new Random(1);
        SetDefinition[] sets =
        [
            Set("banned", Enumerable.Range(0, elements).Select(_ => ValueRange.Single((uint)random.NextInt64()))),
            Set("feeds", Enumerable.Range(0, elements).Select(_ =>
            {
                uint first = (uint)random.NextInt64() & 0xffff_ff00;
                return new ValueRange(first, first + 255);
            })),
        ];
        var chains = new List<Chain>();
        var dispatch = new List<Rule>
        {
            Rule(1, new VerdictStatement(new Verdict(VerdictKind.Accept)), Match(PacketField.CtState, MatchOperator.AnyBit, new NumberExpression(6))),
            Rule(2, new VerdictStatement(new Verdict(VerdictKind.Drop)), Match(PacketField.IpSaddr, MatchOperator.Equal, new SetReferenceExpression("banned"))),
            Rule(3, new VerdictStatement(new Verdict(VerdictKind.Drop)), Match(PacketField.IpSaddr, MatchOperator.Equal, new SetReferenceExpression("feeds"))),
        };
        foreach (string zone in Zones)
        {
            dispatch.Add(Rule(10, new VerdictStatement(new Verdict(VerdictKind.Jump, "zone_" + zone)),
                Match(PacketField.MetaIifName, MatchOperator.Equal, new NumberExpression(InterfaceName.ToValue(zone)))));
            chains.Add(new Chain("zone_" + zone, 0, null, [.. Enumerable.Range(0, rules / Zones.Length).Select(at => ZoneRule(random, at))]));
        }

        chains.Add(new Chain("input", 1, new BaseHook(ChainType.Filter, Hook.Input, 0, [], true), [.. dispatch]));
        return new Ruleset([new Virtward.Exposure.Rulesets.Table(Family.Inet, "filter", 1) { Chains = [.. chains], Sets = [.. sets] }], []);
    }

    // Three of four rules are about one listener's port and a source, one is about a source alone.
    private static Rule ZoneRule(Random random, int at)
    {
        uint first = (uint)random.NextInt64();
        int length = random.Next(16, 33);
        Prefix prefix = new(Address.FromV4(first), length);
        MatchStatement source = Match(PacketField.IpSaddr, MatchOperator.Equal, new RangeExpression(new ValueRange(prefix.First.V4, prefix.Last.V4)));
        var verdict = new VerdictStatement(new Verdict(at % 3 == 0 ? VerdictKind.Drop : VerdictKind.Accept));
        return at % 4 == 3 ? Rule(at + 100, new VerdictStatement(new Verdict(VerdictKind.Drop)), source)
            : Rule(at + 100, verdict, Match(PacketField.TcpDport, MatchOperator.Equal, new NumberExpression((uint)(1000 + random.Next(40)))), source);
    }

    private static MatchStatement Match(PacketField field, MatchOperator comparison, Expression right) => new(new FieldExpression(field), comparison, right);

    private static Rule Rule(long handle, Statement verdict, params ReadOnlySpan<MatchStatement> matches)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"rule {handle}");
        return new Rule(handle, text.ToString(), [.. matches, verdict]);
    }

    private static SetDefinition Set(string name, IEnumerable<ValueRange> elements) => new(name, 0)
    {
        KeyTypes = ["ipv4_addr"],
        Contents = new SetContents { Keys = [.. elements] },
    };
}
