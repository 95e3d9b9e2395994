using System.Collections.Immutable;

namespace Virtward.Hardening.Checks.Logs;

/// <summary>The checks of this folder, in the order of their ids.</summary>
public static class LogsChecks
{
    /// <summary>All of them.</summary>
    public static readonly ImmutableArray<Check> All = [Log01.Check, Log02.Check, Log03.Check, Log04.Check];
}
