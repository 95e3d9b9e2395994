using System.Collections.Immutable;

namespace Virtward.Hardening.Checks.Accounts;

/// <summary>The checks of this folder, in the order of their ids.</summary>
public static class AccountsChecks
{
    /// <summary>All of them.</summary>
    public static readonly ImmutableArray<Check> All = [Aut01.Check, Aut02.Check, Boot01.Check];
}
