using System.Collections.Immutable;

namespace Virtward.Hardening.Checks.Updates;

/// <summary>The checks of this folder, in the order of their ids.</summary>
public static class UpdatesChecks
{
    /// <summary>All of them.</summary>
    public static readonly ImmutableArray<Check> All = [Upd01.Check, Upd02.Check, Upd03.Check, Upd04.Check];
}
