using System.Collections.Immutable;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Reading.Iptables;

/// <summary>
/// A netmap translates the source at postrouting and input, else the destination; in a chain of the user's that follows from the chains that
/// lead to it.
/// </summary>
internal static class NetmapKinds
{
    /// <summary>The chains with every netmap's kind settled.</summary>
    /// <param name="chains">All chains of the table.</param>
    /// <param name="note">Told of each that is reached both ways, and so became opaque.</param>
    public static ImmutableArray<Chain> Settle(ImmutableArray<Chain> chains, Action<string> note)
    {
        HashSet<string> source = Reachable(chains, true);
        HashSet<string> destination = Reachable(chains, false);
        return [.. chains.Select(c => c.Base is null && source.Contains(c.Name) ? Settle(c, destination.Contains(c.Name) ? note : null) : c)];
    }

    private static Chain Settle(Chain chain, Action<string>? both) => chain with
    {
        Rules = [.. chain.Rules.Select(r => r with
        {
            Statements = [.. r.Statements.Select(s => s switch
            {
                NatStatement { Prefix: true } when both is not null => Opaque(r, both),
                NatStatement { Prefix: true } nat => nat with { Kind = NatKind.Source },
                _ => s,
            })],
        })],
    };

    private static OpaqueStatement Opaque(Rule rule, Action<string> note)
    {
        note($"cannot interpret '{rule.Text}', which is reached from prerouting or output as well as from postrouting or input");
        return new OpaqueStatement(rule.Text, true);
    }

    private static HashSet<string> Reachable(ImmutableArray<Chain> chains, bool source)
    {
        var byName = chains.ToDictionary(c => c.Name, StringComparer.Ordinal);
        var found = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<Chain>(chains.Where(c => c.Base is not null && (c.Base.Hook is Hook.Postrouting or Hook.Input) == source));
        while (open.TryPop(out Chain? chain))
        {
            foreach (Statement statement in chain.Rules.SelectMany(r => r.Statements))
            {
                if (statement is VerdictStatement { Verdict.Chain: string next } && byName.TryGetValue(next, out Chain? called) && found.Add(next))
                {
                    open.Push(called);
                }
            }
        }

        return found;
    }
}
