using System.Collections.Immutable;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Reading.NftJson;

/// <summary>A table while it is gathered from the listing's flat array.</summary>
/// <param name="table">Its own entry.</param>
internal sealed class JsonTable(Table table)
{
    private readonly Dictionary<string, int> _chainOf = new(StringComparer.Ordinal);
    private readonly List<(Chain Chain, ImmutableArray<Rule>.Builder Rules)> _chains = [];

    public Table Table { get; } = table;

    public List<SetDefinition> Sets { get; } = [];

    public Dictionary<string, Statement> Objects { get; } = new(StringComparer.Ordinal);

    public List<Chain> InnerChains { get; } = [];

    public HashSet<string> Updated { get; } = new(StringComparer.Ordinal);

    public bool HasXtables { get; set; }

    /// <summary>Adds a chain; one that is there already stays.</summary>
    public void Add(Chain chain)
    {
        if (_chainOf.TryAdd(chain.Name, _chains.Count))
        {
            _chains.Add((chain, ImmutableArray.CreateBuilder<Rule>()));
        }
    }

    /// <summary>Adds a rule to its chain. False where there is no such chain.</summary>
    public bool Add(string chain, Rule rule)
    {
        if (!_chainOf.TryGetValue(chain, out int index))
        {
            return false;
        }

        _chains[index].Rules.Add(rule);
        return true;
    }

    /// <summary>The table as a value. A set that rules add to is dynamic, whether the listing says so or not.</summary>
    public Table Build() => Table with
    {
        Origin = HasXtables ? TableOrigin.IptablesNft : TableOrigin.Nftables,
        Chains = [.. _chains.Select(c => c.Chain with { Rules = c.Rules.ToImmutable() }), .. InnerChains],
        Sets = [.. Sets.Select(s => Updated.Contains(s.Name) ? s with { Dynamic = true } : s)],
        Objects = Objects.ToImmutableDictionary(StringComparer.Ordinal),
    };
}
