using System.Globalization;
using System.Text;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Reading.Symbols;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Tests.Exposure.Reading.Iptables;

/// <summary>The model as short text, so that a golden file shows what a rule was read as.</summary>
internal static class SavedModelText
{
    /// <summary>All tables: chains with their hooks, each rule's statements, the sets.</summary>
    public static string Of(Ruleset ruleset)
    {
        var text = new StringBuilder();
        foreach (Table table in ruleset.Tables)
        {
            text.Append(CultureInfo.InvariantCulture, $"table {table.Family} {table.Name} {table.Origin}\n");
            foreach (SetDefinition set in table.Sets)
            {
                string kind = $"{(set.Dynamic ? " dynamic" : "")}{(set.HasTimeout ? " timeout" : "")}";
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"  set {set.Name} {string.Join('.', set.KeyTypes)}{kind} {Elements(set.Contents)}\n");
            }

            foreach (Chain chain in table.Chains)
            {
                string hook = chain.Base is not BaseHook at
                    ? ""
                    : $" {at.Type} {at.Hook} {at.Priority} {(at.DropByDefault ? "drop" : "accept")}";
                text.Append(CultureInfo.InvariantCulture, $"  chain {chain.Name}{hook}\n");
                foreach (Rule rule in chain.Rules)
                {
                    text.Append(CultureInfo.InvariantCulture, $"    {rule.Handle} {rule.Text}\n      => {Of(rule)}\n");
                }
            }
        }

        foreach (Virtward.Core.Results.Problem note in ruleset.Notes)
        {
            text.Append(CultureInfo.InvariantCulture, $"note {note}\n");
        }

        return text.ToString();
    }

    /// <summary>One rule's statements.</summary>
    public static string Of(Rule rule) => string.Join("; ", rule.Statements.Select(Of));

    private static string Of(Statement statement) => statement switch
    {
        MatchStatement m => $"{Of(m.Left, null)} {Operator(m.Operator)} {Of(m.Right, m.Left)}",
        VerdictStatement v => Of(v.Verdict) + (v.QueueBypass ? " bypass" : ""),
        RejectStatement r => $"reject[{r.With}]",
        LimitStatement l => $"limit[{(l.Over ? "over " : "")}{l.Rate}/{l.UnitSeconds}s{(l.Bytes ? " bytes" : "")} burst {l.Burst}]",
        QuotaStatement q => $"quota[{(q.Over ? "over " : "")}{q.Bytes}]",
        ConnectionCountStatement c => $"count[{(c.Over ? "over " : "")}{c.Count}]",
        SetUpdateStatement s => $"{s.Kind}@{s.Set}{{{Of(s.Key, null)}{string.Concat(s.Statements.Select(e => " " + Of(e)))}}}"
            + (s.TimeoutSeconds > 0 ? $" {s.TimeoutSeconds}s" : ""),
        AssignStatement a => $"{Of(a.Target, null)} := {Of(a.Value, a.Target)}",
        NatStatement n => Of(n),
        NotrackStatement => "notrack",
        TproxyStatement t => $"tproxy{(t.Address is { } a ? $" to {Of(a, null)}" : "")}{(t.Port is { } p ? $" port {Of(p, null)}" : "")}{(t.DropsOthers ? " or drop" : "")}",
        OpaqueStatement o => $"opaque{(o.MayDecide ? "!" : "")}[{o.Text}]",
        PassStatement p => $"pass[{p.Text}]",
        SynproxyStatement s => $"synproxy[{s.Text}]",
        DuplicateStatement d => $"dup[{d.Text}]",
        _ => statement.ToString(),
    };

    private static string Of(NatStatement nat)
    {
        var field = new FieldExpression(nat.Family == Family.Ip6 ? PacketField.Ip6Saddr : PacketField.IpSaddr);
        string address = nat.Address is null ? "-" : Of(nat.Address, field);
        string port = nat.Port is null ? "-" : Of(nat.Port, null);
        return $"{nat.Kind}{(nat.Prefix ? " prefix" : "")} {nat.Family} {address} {port} {nat.Flags}".TrimEnd();
    }

    private static string Of(Verdict verdict) => verdict.Chain is null ? verdict.Kind.ToString() : $"{verdict.Kind} {verdict.Chain}";

    private static string Operator(MatchOperator op) => op switch
    {
        MatchOperator.Equal => "==",
        MatchOperator.NotEqual => "!=",
        MatchOperator.Less => "<",
        MatchOperator.LessOrEqual => "<=",
        MatchOperator.Greater => ">",
        MatchOperator.GreaterOrEqual => ">=",
        MatchOperator.AnyBit => "any",
        _ => "none",
    };

    private static string Of(Expression expression, Expression? typed) => expression switch
    {
        FieldExpression f => FieldTable.Of(f.Field).Keyword.Replace("meta ", "", StringComparison.Ordinal),
        NumberExpression n => Value(n.Value, typed),
        RangeExpression r => Range(r.Range, typed),
        SetExpression s => Elements(s.Contents, typed),
        SetReferenceExpression s => $"@{s.Name}",
        BinaryExpression b => $"({Of(b.Left, typed)} {b.Operator} {Of(b.Right, null)})",
        ConcatExpression c => string.Join(" . ", c.Parts.Select(p => Of(p, null))),
        FibExpression f => $"fib[{f.Key}: {f.Result}]",
        CtTupleExpression t => $"ct {(t.Original ? "original" : "reply")} {FieldTable.Of(t.Field).Keyword}",
        HeaderExpression h => $"[{h.Name}{(h.Exists ? " exists" : "")}]",
        RawPayloadExpression p => $"@{p.Base},{p.Offset},{p.Length}",
        NumgenExpression n => $"numgen[{(n.Random ? "random" : "inc")} {n.Modulus}]",
        LuckExpression l => $"luck[{l.What}]",
        OpaqueExpression o => $"opaque[{o.Text}]",
        _ => expression.ToString(),
    };

    private static string Elements(SetContents set, Expression? typed = null)
    {
        IEnumerable<string> rows = Enumerable.Range(0, set.Count).Select(i =>
            string.Join(" . ", Enumerable.Range(0, set.Parts).Select(p => Range(set.Keys[(i * set.Parts) + p], typed is ConcatExpression c ? c.Parts[p] : typed)))
            + (set.ExpiresIn.Length > 0 && set.ExpiresIn[i] > 0 ? $" for {set.ExpiresIn[i]}s" : ""));
        return $"{{{string.Join(", ", rows)}{string.Concat(set.Opaque.Select(o => $" opaque[{o}]"))}}}";
    }

    private static string Range(ValueRange range, Expression? typed) =>
        typed is FieldExpression { Field: PacketField.MetaIifName or PacketField.MetaOifName or PacketField.BridgeInPort } && !range.IsSingle
            ? InterfaceName.ToText(range.First) + "*"
        : range.IsSingle ? Value(range.First, typed) : $"{Value(range.First, typed)}-{Value(range.Last, typed)}";

    private static string Value(UInt128 value, Expression? typed)
    {
        PacketField? field = typed switch
        {
            FieldExpression f => f.Field,
            CtTupleExpression t => t.Field,
            BinaryExpression { Left: FieldExpression f } => f.Field,
            _ => null,
        };
        return field switch
        {
            PacketField.IpSaddr or PacketField.IpDaddr => Virtward.Core.Net.Address.FromV4((uint)value).ToString(),
            PacketField.Ip6Saddr or PacketField.Ip6Daddr => Virtward.Core.Net.Address.FromValue(value).ToString(),
            PacketField.BridgeInPort or PacketField.BridgeOutPort when value == 0 => "0",
            PacketField.MetaIifName or PacketField.MetaOifName or PacketField.BridgeInPort or PacketField.BridgeOutPort => InterfaceName.ToText(value),
            _ => value > 0xffff ? $"0x{value:x}" : value.ToString(CultureInfo.InvariantCulture),
        };
    }
}
