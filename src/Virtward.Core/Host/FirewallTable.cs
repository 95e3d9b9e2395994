using System.Collections.Immutable;

namespace Virtward.Core.Host;

/// <summary>What one nftables table of family inet holds, without the elements of its sets.</summary>
/// <param name="Sets">Its named sets, by name.</param>
/// <param name="Chains">Its chains, by name.</param>
public sealed record FirewallTable(ImmutableDictionary<string, FirewallSet> Sets, ImmutableDictionary<string, FirewallChain> Chains)
{
    /// <summary>What a table that does not exist holds.</summary>
    public static readonly FirewallTable Absent = new(ImmutableDictionary<string, FirewallSet>.Empty, ImmutableDictionary<string, FirewallChain>.Empty);

    /// <summary>Whether its chains are switched off (table flag <c>dormant</c>).</summary>
    public bool Dormant { get; init; }
}
