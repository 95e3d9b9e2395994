using System.Collections.Immutable;

namespace Virtward.Hardening.Checks.Bans;

/// <summary>The checks of this folder, in the order of their ids.</summary>
public static class BansChecks
{
    /// <summary>All of them.</summary>
    public static readonly ImmutableArray<Check> All = [Ban01.Check, Ban02.Check, Ban03.Check, Ban04.Check, Ban05.Check, Ban06.Check];
}
