using System.Collections.Immutable;

namespace Virtward.Core.Policy;

/// <summary>Kernel settings and modules: <c>kernel:</c>.</summary>
public sealed record KernelPolicy
{
    /// <summary>Whether a plan writes kernel settings (<c>manage</c>).</summary>
    public bool Managed { get; init; } = true;

    /// <summary>Settings that are to be other than what the audit asks for, or besides it, by key with dots.</summary>
    public ImmutableSortedDictionary<string, string> Sysctl { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Modules that are never to be loaded.</summary>
    public ImmutableArray<string> BlockedModules { get; init; } = ["dccp", "rds", "sctp", "tipc"];
}
