using System.Collections.Immutable;

namespace Virtward.Hardening.Checks.Guests;

/// <summary>The checks of this folder, in the order of their ids.</summary>
public static class GuestsChecks
{
    /// <summary>All of them.</summary>
    public static readonly ImmutableArray<Check> All = [Gst01.Check];
}
