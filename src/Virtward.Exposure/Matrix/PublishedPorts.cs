using System.Collections.Immutable;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Matrix;

/// <summary>
/// Finds the ports that rules of destination translation speak of. Only which ports are asked about hangs on it; whether they are forwarded, where to and
/// for whom is the engine's answer.
/// </summary>
public static class PublishedPorts
{
    // A map of 100,000 forwards is no matrix any more.
    private const int Most = 256;

    /// <summary>The ports, each once.</summary>
    /// <param name="ruleset">The host's rules.</param>
    /// <param name="more">How many were left out.</param>
    public static ImmutableArray<PublishedPort> Of(Ruleset ruleset, out int more)
    {
        var found = new HashSet<PublishedPort>();
        foreach (Table table in ruleset.Tables)
        {
            if (table.Dormant || table.Family is not (Family.Ip or Family.Ip6 or Family.Inet))
            {
                continue;
            }

            foreach (Rule rule in table.Chains.SelectMany(static chain => chain.Rules))
            {
                NatStatement? nat = rule.Statements.OfType<NatStatement>().FirstOrDefault(static nat => nat.Kind is NatKind.Destination or NatKind.Redirect);
                if (nat is not null)
                {
                    Add(found, table, rule, nat);
                }
            }
        }

        more = Math.Max(0, found.Count - Most);
        return [.. found.OrderBy(static port => port.Ports.First).ThenBy(static port => port.Protocol).Take(Most)];
    }

    private static void Add(HashSet<PublishedPort> found, Table table, Rule rule, NatStatement nat)
    {
        bool v4 = table.Family != Family.Ip6 && nat.Family != Family.Ip6;
        bool v6 = table.Family != Family.Ip && nat.Family != Family.Ip;
        HashSet<int> protocols = [];
        List<ValueRange> ports = [];
        foreach (MatchStatement match in rule.Statements.OfType<MatchStatement>())
        {
            if (match.Operator != MatchOperator.Equal)
            {
                continue;
            }

            Expression[] left = match.Left is ConcatExpression concat ? [.. concat.Parts] : [match.Left];
            for (int part = 0; part < left.Length; part++)
            {
                Take(table, left[part], match.Right, part, left.Length, protocols, ports);
            }
        }

        foreach (MapExpression map in new[] { nat.Address, nat.Port }.OfType<MapExpression>())
        {
            Expression[] key = map.Key is ConcatExpression concat ? [.. concat.Parts] : [map.Key];
            for (int part = 0; part < key.Length; part++)
            {
                Take(table, key[part], map.Map, part, key.Length, protocols, ports);
            }
        }

        foreach (int protocol in protocols.Count == 0 ? [ProtocolNames.Tcp, ProtocolNames.Udp] : protocols)
        {
            // A rule without a port forwards them all.
            foreach (ValueRange range in ports.Count == 0 ? [Endpoint.AllPorts] : ports)
            {
                found.Add(new PublishedPort(v4, v6, protocol, range));
            }
        }
    }

    private static void Take(Table table, Expression left, Expression right, int part, int parts, HashSet<int> protocols, List<ValueRange> ports)
    {
        if (left is not FieldExpression { Field: var field })
        {
            return;
        }

        switch (field)
        {
            case PacketField.TcpDport:
                protocols.Add(ProtocolNames.Tcp);
                ports.AddRange(Values(table, right, part, parts));
                break;
            case PacketField.UdpDport:
                protocols.Add(ProtocolNames.Udp);
                ports.AddRange(Values(table, right, part, parts));
                break;
            case PacketField.ThDport:
                ports.AddRange(Values(table, right, part, parts));
                break;
            case PacketField.MetaL4Proto or PacketField.IpProtocol or PacketField.Ip6NextHeader:
                protocols.UnionWith(Values(table, right, part, parts).Where(static range => range.IsSingle).Select(static range => (int)range.First)
                    .Where(ProtocolNames.HasPorts));
                break;
            default:
                break;
        }
    }

    private static IEnumerable<ValueRange> Values(Table table, Expression right, int part, int parts) => right switch
    {
        NumberExpression number => [ValueRange.Single(number.Value)],
        RangeExpression range => [range.Range],
        ConcatExpression concat when concat.Parts.Length == parts => Values(table, concat.Parts[part], 0, 1),
        SetExpression set => Keys(set.Contents, part, parts),
        SetReferenceExpression reference => Keys(table.Sets.FirstOrDefault(set => set.Name == reference.Name)?.Contents ?? SetContents.Empty, part, parts),
        _ => [],
    };

    private static IEnumerable<ValueRange> Keys(SetContents contents, int part, int parts) => contents.Parts == parts
        ? Enumerable.Range(0, contents.Count).Select(element => contents.Keys[(element * parts) + part])
        : [];
}
