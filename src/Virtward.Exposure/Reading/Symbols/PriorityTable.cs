using System.Collections.Frozen;
using Virtward.Exposure.Rulesets;

namespace Virtward.Exposure.Reading.Symbols;

/// <summary>The names of chain priorities (nft(8), "Chains": standard priority names; the bridge family has values of its own).</summary>
public static class PriorityTable
{
    private static readonly FrozenDictionary<string, int> Common = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["raw"] = -300,
        ["mangle"] = -150,
        ["dstnat"] = -100,
        ["filter"] = 0,
        ["security"] = 50,
        ["srcnat"] = 100,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, int> Bridge = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["dstnat"] = -300,
        ["filter"] = -200,
        ["out"] = 100,
        ["srcnat"] = 300,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The number of a priority's name in a family.</summary>
    public static bool TryGet(Family family, string name, out int priority) => (family == Family.Bridge ? Bridge : Common).TryGetValue(name, out priority);
}
