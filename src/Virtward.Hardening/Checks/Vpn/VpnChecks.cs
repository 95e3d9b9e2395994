using System.Collections.Immutable;

namespace Virtward.Hardening.Checks.Vpn;

/// <summary>The checks of this folder, in the order of their ids.</summary>
public static class VpnChecks
{
    /// <summary>All of them.</summary>
    public static readonly ImmutableArray<Check> All = [Vpn01.Check, Vpn02.Check, Vpn03.Check];
}
