using System.Collections.Immutable;

namespace Virtward.Hardening.Checks.Networks;

/// <summary>The checks of this folder, in the order of their ids.</summary>
public static class NetworksChecks
{
    /// <summary>All of them.</summary>
    public static readonly ImmutableArray<Check> All = [Net01.Check, Net02.Check, Net03.Check, Net04.Check, Net05.Check, Net06.Check];
}
