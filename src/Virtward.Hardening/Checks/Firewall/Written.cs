using System.Collections.Immutable;
using Virtward.Exposure.Reading;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Hardening.Checks.Firewall;

/// <summary>The rules that a person wrote, not a program for itself: those of tables that nobody else owns.</summary>
internal static class Written
{
    // What a person writes into these programs' chains; the rest of them is the programs' own.
    private static readonly ImmutableArray<string> Beginnings = ["ufw-user-", "ufw6-user-", "ufw-before-input", "ufw-after-input", "DOCKER-USER"];

    /// <summary>The chains, each with its table; dormant tables left out.</summary>
    public static IEnumerable<(Table Table, Chain Chain)> Chains(Ruleset ruleset) =>
        ruleset.Tables.Where(static table => !table.Dormant).SelectMany(static table => table.Chains.Where(chain => IsOne(table, chain)).Select(chain => (table, chain)));

    /// <summary>The rules.</summary>
    public static IEnumerable<(Table Table, Chain Chain, Rule Rule)> Rules(Ruleset ruleset) =>
        Chains(ruleset).SelectMany(static one => one.Chain.Rules.Select(rule => (one.Table, one.Chain, rule)));

    /// <summary>Whether a chain is a person's.</summary>
    public static bool IsOne(Table table, Chain chain) => TableOwners.Of(table, chain) is "" or TableOwners.Iptables
        || Beginnings.Any(beginning => chain.Name.StartsWith(beginning, StringComparison.Ordinal));

    /// <summary>The chains that a rule goes on to.</summary>
    public static IEnumerable<string> Targets(Table table, Rule rule)
    {
        foreach (Statement statement in rule.Statements)
        {
            if (statement is VerdictStatement { Verdict.Chain: string chain })
            {
                yield return chain;
            }

            SetContents? contents = statement is VerdictMapStatement map
                ? map.Map switch
                {
                    SetExpression set => set.Contents,
                    SetReferenceExpression reference => table.Sets.FirstOrDefault(one => one.Name == reference.Name)?.Contents,
                    _ => null,
                }
                : null;
            foreach (MapData data in contents?.Data ?? [])
            {
                if (data is VerdictData { Verdict.Chain: string target })
                {
                    yield return target;
                }
            }

            if (contents?.Default is VerdictData { Verdict.Chain: string fallback })
            {
                yield return fallback;
            }
        }
    }
}
