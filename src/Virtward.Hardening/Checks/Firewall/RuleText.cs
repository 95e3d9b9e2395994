using System.Globalization;
using System.Text;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Hardening.Checks.Firewall;

/// <summary>Writes what rules mean in one form, so that equal ones are equal texts, however they were written.</summary>
internal static class RuleText
{
    // A set of 100,000 addresses is told by its size: comparing its elements is not for here.
    private const int MostElements = 1000;

    /// <summary>A rule; counters, logs and comments left out.</summary>
    public static string Of(Rule rule) => string.Join(' ', rule.Statements.Where(static statement => statement is not PassStatement).Select(Of));

    /// <summary>A statement.</summary>
    public static string Of(Statement statement) => statement switch
    {
        MatchStatement match => Of(match),
        VerdictStatement verdict => $"{verdict.Verdict.Kind}:{verdict.Verdict.Chain}",
        RejectStatement reject => $"reject:{reject.With}",
        VerdictMapStatement map => $"vmap {Of(map.Key)} {Of(map.Map)}",
        AssignStatement assign => $"set {Of(assign.Target)} {Of(assign.Value)}",
        NatStatement nat => $"{nat.Kind} {(nat.Address is null ? "" : Of(nat.Address))}:{(nat.Port is null ? "" : Of(nat.Port))} {nat.Prefix} {nat.Flags}",
        SetUpdateStatement update => $"{update.Kind} {update.Set} {Of(update.Key)} {string.Join(',', update.Statements.Select(Of))} {update.TimeoutSeconds}",
        LimitStatement limit => string.Create(CultureInfo.InvariantCulture, $"limit {limit.Over} {limit.Rate}/{limit.UnitSeconds} {limit.Burst} {limit.Bytes}"),
        // What was used of it is no part of what it means.
        QuotaStatement quota => string.Create(CultureInfo.InvariantCulture, $"quota {quota.Over} {quota.Bytes}"),
        _ => statement.ToString() ?? "",
    };

    /// <summary>A condition.</summary>
    public static string Of(MatchStatement match) => $"{Of(match.Left)} {match.Operator} {Of(match.Right)}";

    /// <summary>An expression.</summary>
    public static string Of(Expression expression) => expression switch
    {
        NumberExpression number => number.Value.ToString(CultureInfo.InvariantCulture),
        FieldExpression field => field.Field.ToString(),
        RangeExpression range => string.Create(CultureInfo.InvariantCulture, $"{range.Range.First}-{range.Range.Last}"),
        ConcatExpression concat => string.Join(" . ", concat.Parts.Select(Of)),
        BinaryExpression binary => $"({Of(binary.Left)} {binary.Operator} {Of(binary.Right)})",
        SetExpression set => Of(set.Contents),
        SetReferenceExpression reference => $"@{reference.Name}",
        MapExpression map => $"{Of(map.Key)} map {Of(map.Map)}",
        _ => expression.ToString() ?? "",
    };

    private static string Of(SetContents contents)
    {
        if (contents.Count > MostElements)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{{{contents.Count} elements}}");
        }

        var elements = new List<string>(contents.Count);
        for (int element = 0; element < contents.Count; element++)
        {
            var text = new StringBuilder();
            for (int part = 0; part < contents.Parts; part++)
            {
                ValueRange range = contents.Keys[(element * contents.Parts) + part];
                text.Append(CultureInfo.InvariantCulture, $"{range.First}-{range.Last}.");
            }

            text.Append(contents.Data.Length > element ? Of(contents.Data[element]) : "");
            elements.Add(text.ToString());
        }

        elements.Sort(StringComparer.Ordinal);
        return $"{{{string.Join(',', elements)}{(contents.HasCatchAll ? "*" : "")}{(contents.Default is null ? "" : Of(contents.Default))}{string.Join(',', contents.Opaque)}}}";
    }

    private static string Of(MapData data) => data switch
    {
        VerdictData verdict => $"{verdict.Verdict.Kind}:{verdict.Verdict.Chain}",
        ValueData value => string.Join('.', value.Parts.Select(static part => string.Create(CultureInfo.InvariantCulture, $"{part.First}-{part.Last}"))),
        _ => data.ToString() ?? "",
    };
}
