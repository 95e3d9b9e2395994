using System.Globalization;
using System.Text;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Evaluation;

/// <summary>
/// Which ports of a bridge nothing tells apart: of fifty guests on one network, what one may send is what all may. IP's hooks see the bridge, not the port
/// (br_pass_frame_up, net/bridge/br_input.c) but for iptables' physdev, so that only the bridge's own rules and the port's own settings can make a difference. Where in doubt, ports are no twins.
/// </summary>
internal sealed class PortTwins
{
    private static readonly string[] BridgeCalls = ["net.bridge.bridge-nf-call-iptables", "net.bridge.bridge-nf-call-ip6tables"];

    private readonly Dictionary<string, string> _first = new(StringComparer.Ordinal);
    private readonly HashSet<string> _several = new(StringComparer.Ordinal);

    /// <summary>Compares the ports of a host's bridges.</summary>
    /// <param name="ruleset">The host's rules.</param>
    /// <param name="network">Its network.</param>
    public PortTwins(Ruleset ruleset, HostNetwork network)
    {
        if (network.Interfaces.All(static device => device.Master is null) || NamesOfRules(ruleset) is not { } names)
        {
            return;
        }

        // A frame that is readdressed while the bridge has it may go to another port after all (br_nf_pre_routing_finish).
        bool readdresses = ruleset.Tables.SelectMany(static table => table.Chains).SelectMany(static chain => chain.Rules).SelectMany(static rule => rule.Statements).Any(Readdresses);
        HashSet<string> special = Special(network);
        Dictionary<string, string> settings = Settings(network);
        Dictionary<string, NetworkInterface> bridges = new(StringComparer.Ordinal);
        foreach (NetworkInterface bridge in network.Interfaces.Where(static device => device.Kind == "bridge"))
        {
            bridges[bridge.Name] = bridge;
        }

        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (NetworkInterface port in network.Interfaces)
        {
            if (port is not { Master: { } master, Up: true, Loopback: false, Addresses.IsEmpty: true, Vlans.IsEmpty: true } || special.Contains(port.Name)
                || !bridges.TryGetValue(master, out NetworkInterface? bridge) || bridge.VlanFiltering || (readdresses && Calls(bridge, network)))
            {
                continue;
            }

            string kind = KindOf(port, names, settings.GetValueOrDefault(port.Name, ""));
            if (!known.TryAdd(kind, port.Name))
            {
                _several.Add(known[kind]);
            }

            _first[port.Name] = known[kind];
        }
    }

    /// <summary>The same question of the first of the ports that are alike; null: its entry is like no other, or the answer hangs on the port itself.</summary>
    public Question? Of(Question question) =>
        // A frame for a neighbour goes to the other ports, which are others for each.
        question.Bridged || !_first.TryGetValue(question.Entry, out string? first) || !_several.Contains(first) ? null : question with { Entry = first };

    private static bool Readdresses(Statement statement) => statement is NatStatement { Kind: NatKind.Destination or NatKind.Redirect }
        || (statement is AssignStatement assign && !IsMark(assign.Target));

    private static bool IsMark(Expression target) =>
        target is FieldExpression { Field: PacketField.MetaMark or PacketField.MetaPriority or PacketField.CtMark };

    private static bool Calls(NetworkInterface bridge, HostNetwork network) => bridge.CallsIptables
        || BridgeCalls.Any(name => network.Sysctls.GetValueOrDefault(name, "0").Trim() != "0");

    // Devices that routes, rules of routing or other devices speak of.
    private static HashSet<string> Special(HostNetwork network) =>
    [
        .. network.Routes.SelectMany(static route => route.NextHopDevices.Append(route.Device ?? "")),
        .. network.Rules.SelectMany(static rule => new[] { rule.Iif ?? "", rule.Oif ?? "" }),
        .. network.Neighbours.Select(static neighbour => neighbour.Device),
        .. network.Interfaces.SelectMany(static device => new[] { device.Lower ?? "", device.Master ?? "" }),
        .. network.Interfaces.GroupBy(static device => device.Name).Where(static group => group.Skip(1).Any()).Select(static group => group.Key),
    ];

    // net.ipv4.conf.vnet0.rp_filter and the like; a dot in a device's name is a slash there, or stays one.
    private static Dictionary<string, string> Settings(HostNetwork network)
    {
        var settings = new Dictionary<string, StringBuilder>(StringComparer.Ordinal);
        HashSet<string> ports = [.. network.Interfaces.Where(static device => device.Master is not null).Select(static device => device.Name)];
        foreach ((string name, string value) in network.Sysctls.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            string[] parts = name.Split('.');
            string device = parts.Length > 4 ? string.Join('.', parts[3..^1]).Replace('/', '.') : "";
            if (ports.Contains(device))
            {
                if (!settings.TryGetValue(device, out StringBuilder? text))
                {
                    settings[device] = text = new StringBuilder();
                }

                text.Append(parts[1]).Append('.').Append(parts[2]).Append('.').Append(parts[^1]).Append('=').AppendLine(value);
            }
        }

        return settings.ToDictionary(static pair => pair.Key, static pair => pair.Value.ToString(), StringComparer.Ordinal);
    }

    private static string KindOf(NetworkInterface port, List<(ValueRange Range, bool Index)> names, string settings)
    {
        var kind = new StringBuilder();
        kind.Append(CultureInfo.InvariantCulture, $"{port.Master} {port.Kind} {port.Lower} {port.Vlan} {port.LinkType} {port.Group} {port.Isolated} {port.Hairpin} {port.VlanFiltering} {port.CallsIptables} ");
        UInt128 name = InterfaceName.ToValue(port.Name);
        foreach ((ValueRange range, bool index) in names)
        {
            kind.Append(range.Contains(index ? (UInt128)port.Index : name) ? '1' : '0');
        }

        return kind.AppendLine().Append(settings).ToString();
    }

    // What the bridge family's rules compare the port with; null: they do something else with it, or devices have chains of their own.
    private static List<(ValueRange Range, bool Index)>? NamesOfRules(Ruleset ruleset)
    {
        var names = new List<(ValueRange, bool)>();
        foreach (Table table in ruleset.Tables)
        {
            if (table.Chains.SelectMany(static chain => chain.Rules).SelectMany(static rule => rule.Statements)
                .Any(static statement => statement is MatchStatement { Left: FieldExpression { Field: PacketField.BridgeInPort or PacketField.BridgeOutPort } }))
            {
                return null;
            }

            if (table.Family == Family.Netdev || table.Chains.Any(static chain => chain.Base is { Hook: Hook.Ingress or Hook.Egress }))
            {
                return null;
            }

            if (table.Family == Family.Bridge && !table.Chains.SelectMany(static chain => chain.Rules).SelectMany(static rule => rule.Statements)
                .Concat(table.Objects.Values).All(statement => Collect(statement, table, names)))
            {
                return null;
            }
        }

        return names;
    }

    private static bool Collect(Statement statement, Table table, List<(ValueRange, bool)> names) => statement switch
    {
        MatchStatement { Left: FieldExpression { Field: PacketField.MetaIif or PacketField.MetaIifName } field, Operator: MatchOperator.Equal or MatchOperator.NotEqual } match => Collect(field, match.Right, table, names),
        VerdictMapStatement { Key: FieldExpression { Field: PacketField.MetaIif or PacketField.MetaIifName } field } map => Collect(field, map.Map, table, names),
        MatchStatement match => !Reads(match.Left) && !Reads(match.Right),
        VerdictMapStatement map => !Reads(map.Key) && !Reads(map.Map),
        AssignStatement assign => IsMark(assign.Target) && !Reads(assign.Value),
        VerdictStatement or RejectStatement or PassStatement or NotrackStatement or LimitStatement or QuotaStatement or OpaqueStatement => true,
        ObjectStatement { Key: null } => true,
        _ => false,
    };

    private static bool Collect(FieldExpression field, Expression right, Table table, List<(ValueRange, bool)> names)
    {
        switch (right)
        {
            case NumberExpression number:
                names.Add((ValueRange.Single(number.Value), false));
                if (field.Field == PacketField.MetaIif)
                {
                    names.Add((ValueRange.Single(number.Value), true));
                }

                return true;
            case RangeExpression range:
                names.Add((range.Range, false));
                return true;
            case SetExpression set:
                return Collect(set.Contents, names);
            case SetReferenceExpression reference:
                return table.Sets.FirstOrDefault(set => set.Name == reference.Name) is { Dynamic: false, HasTimeout: false } named && named.ElementStatements.IsEmpty
                    && Collect(named.Contents, names);
            default:
                return false;
        }
    }

    private static bool Collect(SetContents contents, List<(ValueRange, bool)> names)
    {
        names.AddRange(contents.Keys.Select(static key => (key, false)));
        return contents is { Parts: 1, Opaque.IsEmpty: true };
    }

    private static bool Reads(Expression expression) => expression switch
    {
        FieldExpression field => field.Field is PacketField.MetaIif or PacketField.MetaIifName,
        BinaryExpression binary => Reads(binary.Left) || Reads(binary.Right),
        ConcatExpression concat => concat.Parts.Any(Reads),
        MapExpression map => Reads(map.Key) || Reads(map.Map),
        NumberExpression or RangeExpression or SetExpression or SetReferenceExpression or OpaqueExpression or RawPayloadExpression or CtTupleExpression => false,
        _ => true,
    };
}
