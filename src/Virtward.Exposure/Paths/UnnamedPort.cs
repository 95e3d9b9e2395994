using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Paths;

/// <summary>
/// Finds a port that no rule names. What becomes of it becomes of all others that no rule names: it stands for "everything else", where thousands of rules make a question
/// about all ports too dear.
/// </summary>
public static class UnnamedPort
{
    private const int First = 61_000;
    private const int Ports = 65_536;
    private const long ManyRules = 2_000;
    private const long ManyElements = 20_000;

    /// <summary>Whether a ruleset is so large that not all ports are to be asked about as a matter of course.</summary>
    public static bool IsLarge(Ruleset ruleset) =>
        ruleset.Tables.Sum(static table => table.Chains.Sum(static chain => (long)chain.Rules.Length)) > ManyRules
        || ruleset.Tables.Sum(static table => table.Sets.Sum(static set => (long)set.Contents.Count)) > ManyElements;

    /// <summary>The port, one that is rarely used; null: rules name them all.</summary>
    public static int? Of(Ruleset ruleset)
    {
        bool[] named = new bool[Ports];
        foreach (Table table in ruleset.Tables)
        {
            foreach (Statement statement in table.Chains.SelectMany(static chain => chain.Rules).SelectMany(static rule => rule.Statements))
            {
                switch (statement)
                {
                    case MatchStatement match:
                        Mark(named, table, match.Left, match.Right);
                        break;
                    case VerdictMapStatement map:
                        Mark(named, table, map.Key, map.Map);
                        break;
                    default:
                        break;
                }
            }
        }

        int found = Array.IndexOf(named, false, First);
        found = found >= 0 ? found : Array.IndexOf(named, false, 1);
        return found > 0 ? found : null;
    }

    private static void Mark(bool[] named, Table table, Expression left, Expression right)
    {
        Expression[] parts = left is ConcatExpression concat ? [.. concat.Parts] : [left];
        for (int part = 0; part < parts.Length; part++)
        {
            if (parts[part] is FieldExpression { Field: PacketField.TcpDport or PacketField.UdpDport or PacketField.ThDport })
            {
                foreach (ValueRange range in Values(table, right, part, parts.Length))
                {
                    Mark(named, range);
                }
            }
        }
    }

    // An interval of most ports ("1024-65535") is everything else itself.
    private static void Mark(bool[] named, ValueRange range)
    {
        if (range.First < Ports && range.Last - range.First < Ports / 2)
        {
            Array.Fill(named, true, (int)range.First, (int)(UInt128.Min(range.Last, Ports - 1) - range.First) + 1);
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
