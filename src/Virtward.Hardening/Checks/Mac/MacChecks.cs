using System.Collections.Immutable;

namespace Virtward.Hardening.Checks.Mac;

/// <summary>The checks of this folder, in the order of their ids.</summary>
public static class MacChecks
{
    /// <summary>All of them.</summary>
    public static readonly ImmutableArray<Check> All = [Mac01.Check, Mac02.Check, Mac03.Check, Mac04.Check, Mac05.Check];
}
