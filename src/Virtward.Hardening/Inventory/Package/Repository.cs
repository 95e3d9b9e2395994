using System.Collections.Immutable;
using Virtward.Hardening.Checks;

namespace Virtward.Hardening.Inventory.Package;

/// <summary>A repository that packages come from, as far as its trust goes.</summary>
/// <param name="Name">Its id, or its address and suite.</param>
/// <param name="Where">Where it is declared.</param>
public sealed record Repository(string Name, Evidence Where)
{
    /// <summary>What takes its signatures' worth: the lines that say so; empty: it is signed.</summary>
    public ImmutableArray<(string What, Evidence Evidence)> Weaknesses { get; init; } = [];
}
