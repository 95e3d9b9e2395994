using System.Collections.Immutable;

namespace Virtward.Hardening.Checks.Ipv6;

/// <summary>The checks of this folder, in the order of their ids.</summary>
public static class Ipv6Checks
{
    /// <summary>All of them.</summary>
    public static readonly ImmutableArray<Check> All = [V6Check01.Check, V6Check02.Check, V6Check03.Check, V6Check04.Check, V6Check05.Check];
}
