using System.Collections.Immutable;
using Virtward.Core.Policy;

namespace Virtward.Daemon;

/// <summary>What a guard is started with.</summary>
/// <param name="Policy">The policy.</param>
/// <param name="StateFolder">Where its store is.</param>
public sealed record GuardHostOptions(HostPolicy Policy, string StateFolder)
{
    /// <summary>Log files that every jail reads instead of its own; empty: its own.</summary>
    public ImmutableArray<string> Logs { get; init; } = [];

    /// <summary>Whether sources are followed; without it only changes by hand are made.</summary>
    public bool Follow { get; init; } = true;
}
