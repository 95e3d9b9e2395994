using System.Collections.Immutable;

namespace Virtward.Hardening.Checks.Services;

/// <summary>The checks of this folder, in the order of their ids.</summary>
public static class ServicesChecks
{
    /// <summary>All of them.</summary>
    public static readonly ImmutableArray<Check> All = [Pkg01.Check, Svc01.Check, Svc02.Check, Svc03.Check];
}
