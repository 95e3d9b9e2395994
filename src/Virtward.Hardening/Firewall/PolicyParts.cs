using System.Collections.Immutable;
using Virtward.Exposure.Rulesets;

namespace Virtward.Hardening.Firewall;

/// <summary>The policy's part of our tables as it is in force: the names of its chains and sets.</summary>
/// <param name="Chains">Chains of <c>inet virtward</c>: each with its hook and priority as nft writes them, null for one that is only jumped to.</param>
/// <param name="Sets">Sets of <c>inet virtward</c>.</param>
/// <param name="BridgeChains">Chains of <c>bridge virtward</c>.</param>
public sealed record PolicyParts(ImmutableSortedDictionary<string, string?> Chains, ImmutableSortedSet<string> Sets, ImmutableSortedDictionary<string, string?> BridgeChains)
{
    /// <summary>What the names of all of them begin with.</summary>
    public const string Prefix = "policy_";

    private static readonly ImmutableSortedDictionary<string, string?> NoChains = ImmutableSortedDictionary.Create<string, string?>(StringComparer.Ordinal);

    /// <summary>Nothing of it is there.</summary>
    public static readonly PolicyParts None = new(NoChains, ImmutableSortedSet.Create<string>(StringComparer.Ordinal), NoChains);

    /// <summary>Whether nothing of it is there.</summary>
    public bool IsEmpty => Chains.IsEmpty && Sets.IsEmpty && BridgeChains.IsEmpty;

    /// <summary>Whether a table is the policy's in all that it holds.</summary>
    public static bool IsOurs(Table table) => IsOne(table) && table.Chains.All(static chain => Is(chain.Name)) && table.Sets.All(static set => Is(set.Name)) && table.Objects.IsEmpty;

    /// <summary>Finds it in a ruleset.</summary>
    public static PolicyParts Of(Ruleset? ruleset) => new(
        ChainsOf(ruleset, Family.Inet),
        [.. (Find(ruleset, Family.Inet)?.Sets ?? []).Select(static set => set.Name).Where(Is).Order(StringComparer.Ordinal)],
        ChainsOf(ruleset, Family.Bridge));

    /// <summary>Whether a chain or set is the policy's.</summary>
    public static bool Is(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Whether a table is one that the policy has its part in.</summary>
    public static bool IsOne(Table table) => table is { Family: Family.Inet or Family.Bridge, Name: Guard, Origin: TableOrigin.Nftables };

    /// <summary>The tables' name.</summary>
    internal const string Guard = "virtward";

    private static Table? Find(Ruleset? ruleset, Family family) => ruleset?.Tables.FirstOrDefault(table => IsOne(table) && table.Family == family);

    private static ImmutableSortedDictionary<string, string?> ChainsOf(Ruleset? ruleset, Family family) => (Find(ruleset, family)?.Chains ?? [])
        .Where(static chain => Is(chain.Name)).ToImmutableSortedDictionary(static chain => chain.Name, static chain => chain.Base is BaseHook hook ? Hook(hook) : null, StringComparer.Ordinal);

    private static string Hook(BaseHook hook) => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"type {hook.Type.ToString().ToLowerInvariant()} hook {hook.Hook.ToString().ToLowerInvariant()} priority {hook.Priority};");
}
