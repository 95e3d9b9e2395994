using System.Globalization;
using System.Text;
using Virtward.Exposure.Reading.Symbols;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Tests.Exposure.Reading;

/// <summary>
/// A ruleset as compact text, so that models can be compared and read in a test: numbers in hexadecimal, ranges as <c>a..b</c>, fields by nft's words. Texts that
/// only a listing has (a rule's own, a counter's state) are left out.
/// </summary>
internal static class ModelText
{
    /// <summary>Everything.</summary>
    public static string Of(Ruleset ruleset) => Of(ruleset, ofJson: false);

    /// <summary>What nft's JSON tells too: without the flags of tables and sets, the names of sets' types, devices and the time that elements have left.</summary>
    public static string OfJson(Ruleset ruleset) => Of(ruleset, ofJson: true);

    private static string Of(Ruleset ruleset, bool ofJson)
    {
        var text = new StringBuilder();
        foreach (Table table in ruleset.Tables)
        {
            text.Append(Invariant($"table {table.Family} {table.Name} #{table.Handle} {table.Origin}{(table.Dormant && !ofJson ? " dormant" : "")}\n"));
            foreach ((string name, Statement statement) in table.Objects.OrderBy(o => o.Key, StringComparer.Ordinal))
            {
                text.Append(Invariant($"  object {name} {Of(statement)}\n"));
            }

            foreach (SetDefinition set in table.Sets)
            {
                text.Append(Invariant($"  {(ofJson ? OfJson(set) : Of(set))}\n"));
            }

            foreach (Chain chain in table.Chains)
            {
                text.Append(Invariant($"  chain {chain.Name} #{chain.Handle}{Of(chain.Base is { } b && ofJson ? b with { Devices = [] } : chain.Base)}\n"));
                foreach (Rule rule in chain.Rules)
                {
                    text.Append(Invariant($"    {rule.Handle}: {Of(rule)}\n"));
                }
            }
        }

        return text.ToString();
    }

    public static string Of(Rule rule) => string.Join("; ", rule.Statements.Select(Of));

    private static string OfJson(SetDefinition set) =>
        $"set {set.Name} #{set.Handle}{Each(set)} {Of(set.Contents with { ExpiresIn = [] })}";

    private static string Each(SetDefinition set) => set.ElementStatements.IsEmpty ? "" : $" each [{string.Join("; ", set.ElementStatements.Select(Of))}]";

    public static string Of(SetDefinition set) =>
        $"set {set.Name} #{set.Handle} type {string.Join(" . ", set.KeyTypes)}{(set.DataTypes.IsEmpty ? "" : $" : {string.Join(" . ", set.DataTypes)}")}"
        + $"{(set.Dynamic ? " dynamic" : "")}{(set.HasTimeout ? " timeout" : "")} flags [{string.Join(',', set.Flags.Order(StringComparer.Ordinal))}]"
        + $"{Each(set)} {Of(set.Contents)}";

    public static string Of(SetContents contents)
    {
        var text = new StringBuilder("{");
        for (int element = 0; element < contents.Count; element++)
        {
            text.Append(element == 0 ? " " : ", ");
            text.AppendJoin(" . ", Enumerable.Range(0, contents.Parts).Select(p => Of(contents.Keys[(element * contents.Parts) + p])));
            if (!contents.Data.IsEmpty)
            {
                text.Append(" : ").Append(Of(contents.Data[element]));
            }

            if (!contents.ExpiresIn.IsEmpty)
            {
                text.Append(CultureInfo.InvariantCulture, $" for {contents.ExpiresIn[element]}s");
            }
        }

        text.Append(contents.HasCatchAll ? " *" : "");
        text.Append(contents.Default is { } data ? $" * : {Of(data)}" : "");
        text.AppendJoin("", contents.Opaque.Select(o => $" ?({o})"));
        return text.Append(" }").ToString();
    }

    public static string Of(Statement statement) => statement switch
    {
        MatchStatement m => $"{Of(m.Left)} {Of(m.Operator)} {Of(m.Right)}",
        VerdictStatement v => Of(v.Verdict) + (v.QueueBypass ? " bypass" : ""),
        VerdictMapStatement v => $"{Of(v.Key)} vmap {Of(v.Map)}",
        AssignStatement a => $"{Of(a.Target)} set {Of(a.Value)}",
        NatStatement n => $"{n.Kind}{(n.Family is { } f ? $" {f}" : "")}{(n.Prefix ? " prefix" : "")}"
            + $"{(n.Address is { } a ? $" to {Of(a)}" : "")}{(n.Port is { } p ? $" port {Of(p)}" : "")}{(n.Flags.Length > 0 ? $" {n.Flags}" : "")}",
        TproxyStatement t => $"tproxy{(t.Family is { } f ? $" {f}" : "")}{(t.Address is { } a ? $" to {Of(a)}" : "")}{(t.Port is { } p ? $" port {Of(p)}" : "")}{(t.DropsOthers ? " or drop" : "")}",
        RejectStatement r => $"reject {r.With}".TrimEnd(),
        LimitStatement l => Invariant($"limit {(l.Over ? "over " : "")}{l.Rate}/{l.UnitSeconds}s burst {l.Burst}{(l.Bytes ? " bytes" : "")}"),
        QuotaStatement q => Invariant($"quota {(q.Over ? "over " : "")}{q.Bytes}"),
        ConnectionCountStatement c => Invariant($"ct count {(c.Over ? "over " : "")}{c.Count}"),
        SetUpdateStatement u => $"{u.Kind} @{u.Set} {{ {Of(u.Key)}{(u.Data is { } d ? $" : {Of(d)}" : "")}"
            + Invariant($"{(u.TimeoutSeconds > 0 ? $" for {u.TimeoutSeconds}s" : "")}{string.Concat(u.Statements.Select(s => $" [{Of(s)}]"))} }}"),
        ObjectStatement o => o.Name is { } name ? $"object {name}" : $"object {Of(o.Key!)} map {Of(o.Map!)}",
        NotrackStatement => "notrack",
        SynproxyStatement => "synproxy",
        DuplicateStatement => "dup",
        ForwardStatement f => $"fwd {Of(f.Device)}",
        PassStatement => "pass",
        OpaqueStatement o => $"?{(o.MayDecide ? "!" : "")}({o.Text})",
        _ => throw new InvalidOperationException(statement.GetType().Name),
    };

    public static string Of(Expression expression) => expression switch
    {
        FieldExpression f => FieldTable.Of(f.Field).Keyword,
        NumberExpression n => Hex(n.Value),
        RangeExpression r => Of(r.Range),
        BinaryExpression b => $"({Of(b.Left)} {Of(b.Operator)} {Of(b.Right)})",
        ConcatExpression c => string.Join(" . ", c.Parts.Select(Of)),
        SetExpression s => Of(s.Contents),
        SetReferenceExpression s => $"@{s.Name}",
        MapExpression m => $"{Of(m.Key)} map {Of(m.Map)}",
        CtTupleExpression t => $"ct {(t.Original ? "original" : "reply")} [{FieldTable.Of(t.Field).Keyword}]",
        FibExpression f => $"fib {f.Key.ToString().Replace(",", "", StringComparison.Ordinal)} {f.Result}",
        RawPayloadExpression r => Invariant($"@{r.Base},{r.Offset},{r.Length}"),
        HeaderExpression h => Invariant($"[{h.Name}]{(h.Exists ? "?" : "")}/{h.Width}"),
        NumgenExpression n => Invariant($"numgen {(n.Random ? "random" : "inc")} {n.Modulus} + {n.Offset}"),
        HashExpression h => Invariant($"hash {h.Modulus} + {h.Offset}"),
        OpaqueExpression o => $"?({o.Text})",
        _ => throw new InvalidOperationException(expression.GetType().Name),
    };

    private static string Of(BaseHook? hook) => hook is null
        ? ""
        : Invariant($" {hook.Type} {hook.Hook} {hook.Priority} [{string.Join(',', hook.Devices)}] {(hook.DropByDefault ? "drop" : "accept")}");

    private static string Of(Verdict verdict) => verdict.Kind + (verdict.Chain is { } chain ? $" {chain}" : "");

    private static string Of(MapData data) => data switch
    {
        VerdictData v => Of(v.Verdict),
        ValueData v => string.Join(" . ", v.Parts.Select(Of)),
        ObjectData o => $"\"{o.Name}\"",
        _ => throw new InvalidOperationException(data.GetType().Name),
    };

    private static string Of(ValueRange range) => range.IsSingle ? Hex(range.First) : $"{Hex(range.First)}..{Hex(range.Last)}";

    private static string Of(MatchOperator op) => op switch
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

    private static string Of(BinaryOperator op) => op switch
    {
        BinaryOperator.And => "&",
        BinaryOperator.Or => "|",
        BinaryOperator.Xor => "^",
        BinaryOperator.ShiftLeft => "<<",
        _ => ">>",
    };

    private static string Hex(UInt128 value) =>
        value >> 120 >= 32 && InterfaceName.ToText(value) is var name && InterfaceName.ToValue(name) == value && name.All(c => c is > ' ' and < '\x7f')
            ? $"\"{name}\""
            : value.ToString("x", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
