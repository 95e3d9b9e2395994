using System.Collections.Immutable;

namespace Virtward.Hardening.Checks.Backups;

/// <summary>The checks of this folder, in the order of their ids.</summary>
public static class BackupsChecks
{
    /// <summary>All of them.</summary>
    public static readonly ImmutableArray<Check> All = [Bkp01.Check, Bkp02.Check, Bkp03.Check];
}
