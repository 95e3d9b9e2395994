using System.Text;

namespace Virtward.Host.Tests.Exposure.Truth.Generator;

/// <summary>A ruleset being made, of which any line can be taken out again.</summary>
/// <param name="Tables">Its tables.</param>
internal sealed record Draft(IReadOnlyList<DraftTable> Tables)
{
    /// <summary>How many rules it has.</summary>
    public int Rules => Tables.Sum(static table => table.Chains.Sum(static chain => chain.Rules.Count));

    /// <summary>What can be taken out: sets and rules, and chains and tables that are empty of rules, by number.</summary>
    public int Parts => Tables.Sum(static table => 1 + table.Sets.Count + table.Chains.Sum(static chain => 1 + chain.Rules.Count));

    /// <summary>Takes parts out, by number in the order of the text: table, its sets, then each chain and its rules.</summary>
    public Draft Without(Func<int, bool> gone)
    {
        int at = 0;
        var tables = new List<DraftTable>();
        foreach (DraftTable table in Tables)
        {
            bool tableGoes = gone(at++);
            string[] sets = [.. table.Sets.Where(_ => !gone(at++))];
            var chains = new List<DraftChain>();
            foreach (DraftChain chain in table.Chains)
            {
                bool chainGoes = gone(at++);
                string[] rules = [.. chain.Rules.Where(_ => !gone(at++))];
                if (!chainGoes)
                {
                    chains.Add(chain with { Rules = rules });
                }
            }

            if (!tableGoes)
            {
                tables.Add(table with { Sets = sets, Chains = chains });
            }
        }

        return new Draft(tables);
    }

    /// <summary>The number of the part that stands in a line of the text, counted from 1; -1 for none.</summary>
    public int PartInLine(int line)
    {
        int part = 0;
        int at = 0;
        foreach (DraftTable table in Tables)
        {
            at++;
            part++;
            if (line <= at + table.Sets.Count && line > at)
            {
                return part + line - at - 1;
            }

            at += table.Sets.Count;
            part += table.Sets.Count;
            foreach (DraftChain chain in table.Chains)
            {
                int head = chain.Head.Length > 0 ? 2 : 1;
                if (line <= at + head && line > at)
                {
                    return part;
                }

                at += head;
                part++;
                if (line <= at + chain.Rules.Count && line > at)
                {
                    return part + line - at - 1;
                }

                at += chain.Rules.Count + 1;
                part += chain.Rules.Count;
            }

            at++;
        }

        return -1;
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (DraftTable table in Tables)
        {
            text.Append("table ").Append(table.Family).Append(' ').Append(table.Name).Append(" {\n");
            foreach (string set in table.Sets)
            {
                text.Append("  ").Append(set).Append('\n');
            }

            foreach (DraftChain chain in table.Chains)
            {
                text.Append("  chain ").Append(chain.Name).Append(" {\n");
                if (chain.Head.Length > 0)
                {
                    text.Append("    ").Append(chain.Head).Append('\n');
                }

                foreach (string rule in chain.Rules)
                {
                    text.Append("    ").Append(rule).Append('\n');
                }

                text.Append("  }\n");
            }

            text.Append("}\n");
        }

        return text.ToString();
    }
}
