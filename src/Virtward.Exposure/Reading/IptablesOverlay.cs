using System.Collections.Immutable;
using Virtward.Core.Results;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Reading;

/// <summary>
/// Puts the rules of iptables-save in the place of those that nft shows for the same tables: nft prints many of iptables' matches without what they
/// say. Chains keep nft's handles and hooks; rules keep nft's handles where both programs show the same rules.
/// </summary>
internal static class IptablesOverlay
{
    /// <summary>The ruleset with those tables in place.</summary>
    /// <param name="tables">nft's tables, changed in place.</param>
    /// <param name="saved">iptables-save's tables of one family.</param>
    /// <param name="notes">Told of chains whose rules differ in number or kind.</param>
    public static void Apply(List<Table> tables, ImmutableArray<Table> saved, List<Problem> notes)
    {
        foreach (Table table in saved)
        {
            int at = tables.FindIndex(t => t.Family == table.Family && t.Name == table.Name && t.Origin != TableOrigin.IptablesLegacy);
            if (at < 0)
            {
                tables.Add(table);
            }
            else
            {
                tables[at] = Merge(tables[at], table, notes);
            }
        }
    }

    private static Table Merge(Table nft, Table saved, List<Problem> notes)
    {
        var byName = new Dictionary<string, Chain>(StringComparer.Ordinal);
        foreach (Chain chain in saved.Chains)
        {
            byName.TryAdd(chain.Name, chain);
        }

        var chains = new List<Chain>(saved.Chains.Length);
        foreach (Chain chain in nft.Chains)
        {
            chains.Add(byName.Remove(chain.Name, out Chain? better) ? Merge(nft, chain, better, notes) : chain);
        }

        // iptables-save also lists built-in chains that the kernel does not have yet; an empty one that accepts does nothing.
        chains.AddRange(saved.Chains.Where(c => byName.ContainsKey(c.Name) && (c.Base is null or { DropByDefault: true } || c.Rules.Length > 0)));
        var sets = saved.Sets.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        return nft with
        {
            Origin = TableOrigin.IptablesNft,
            Chains = [.. chains],
            Sets = [.. nft.Sets.Where(s => !sets.Contains(s.Name)), .. saved.Sets],
        };
    }

    private static Chain Merge(Table table, Chain nft, Chain saved, List<Problem> notes)
    {
        int count = saved.Rules.Length == 0 ? 0 : (int)saved.Rules[^1].Handle;
        bool same = count == nft.Rules.Length && saved.Rules.All(r => End(r) == End(nft.Rules[(int)r.Handle - 1]));
        if (!same)
        {
            notes.Add(new Problem(
                $"iptables-save and nft show different rules in the chain '{table.Name} {nft.Name}' ({count} and {nft.Rules.Length}): "
                + "iptables-save's are taken, and numbered from 1",
                "iptables-save",
                "the ruleset changed between the two: read it again"));
        }

        return new Chain(
            nft.Name,
            nft.Handle,
            nft.Base ?? saved.Base,
            same ? [.. saved.Rules.Select(r => r with { Handle = nft.Rules[(int)r.Handle - 1].Handle })] : saved.Rules);
    }

    /// <summary>How a rule ends, as far as both programs say it the same way.</summary>
    private static string End(Rule rule) => rule.Statements.Length == 0 ? "" : rule.Statements[^1] switch
    {
        VerdictStatement { Verdict: { Kind: VerdictKind.Jump or VerdictKind.Goto } verdict } => $"{verdict.Kind} {verdict.Chain}",
        VerdictStatement { Verdict.Kind: VerdictKind.Accept } => "accept",
        VerdictStatement { Verdict.Kind: VerdictKind.Drop } => "drop",
        VerdictStatement { Verdict.Kind: VerdictKind.Return } => "return",
        _ => "",
    };
}
