using System.Collections.Immutable;

namespace Virtward.Hardening.Checks.Ssh;

/// <summary>The checks of this folder, in the order of their ids.</summary>
public static class SshChecks
{
    /// <summary>All of them.</summary>
    public static readonly ImmutableArray<Check> All = [];
}
