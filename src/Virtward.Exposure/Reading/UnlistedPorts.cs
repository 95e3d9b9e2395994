using System.Text;
using Virtward.Core.Results;
using Virtward.Exposure.Reading.NftJson;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Expressions;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Reading;

/// <summary>
/// The ports of <c>tproxy</c> that nft's text leaves out: it prints numbers, and of a map nothing, as if there were no port (tproxy_stmt_print, src/statement.c).
/// nft's JSON has both.
/// </summary>
internal static class UnlistedPorts
{
    /// <summary>What stands in for a port that the text does not show.</summary>
    public static readonly OpaqueExpression Port = new("the port of tproxy, which nft's text does not show");

    /// <summary>The ruleset with what the JSON says of them; unchanged where it says nothing, or is not of the same rules.</summary>
    /// <param name="text">The ruleset as it was read from the text.</param>
    /// <param name="json"><c>nft -j list ruleset</c>; null: not there.</param>
    public static Ruleset Complete(Ruleset text, string? json)
    {
        if (json is null || !text.Tables.SelectMany(static table => table.Chains).SelectMany(static chain => chain.Rules).Any(IsIncomplete)
            || !NftJsonReader.Read(Encoding.UTF8.GetBytes(json)).TryGet(out Ruleset? told, out Problem? _))
        {
            return text;
        }

        return text with
        {
            Tables =
            [
                .. text.Tables.Select(table => table with
                {
                    Chains =
                    [
                        .. table.Chains.Select(chain => chain with
                        {
                            Rules = [.. chain.Rules.Select(rule => IsIncomplete(rule) && Find(told, table, chain, rule) is { } same ? Completed(rule, same) : rule)],
                        }),
                    ],
                }),
            ],
        };
    }

    private static bool IsIncomplete(Rule rule) => rule.Statements.Any(static statement => statement is TproxyStatement { Port: OpaqueExpression });

    private static Rule? Find(Ruleset told, Table table, Chain chain, Rule rule) => told.Tables
        .FirstOrDefault(one => one.Family == table.Family && one.Name == table.Name)?.Chains
        .FirstOrDefault(one => one.Name == chain.Name)?.Rules
        .FirstOrDefault(one => one.Handle == rule.Handle);

    private static Rule Completed(Rule rule, Rule told)
    {
        var known = new Queue<TproxyStatement>(told.Statements.OfType<TproxyStatement>());
        return known.Count != rule.Statements.OfType<TproxyStatement>().Count() ? rule
            : rule with { Statements = [.. rule.Statements.Select(statement => statement is TproxyStatement proxy ? proxy with { Port = known.Dequeue().Port } : statement)] };
    }
}
