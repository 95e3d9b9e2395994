using System.Collections.Immutable;
using Virtward.Core.Net;

namespace Virtward.Core.Policy;

/// <summary>The <c>guard:</c> section of the policy: jails, prefix bans, siege, and who is never banned.</summary>
public sealed record GuardPolicy
{
    /// <summary>Whether a plan may set up who bans on this host: Virtward's own daemon, or Fail2Ban where an administrator keeps it.</summary>
    public bool Managed { get; init; } = true;

    /// <summary>What must never be banned, besides what the host's own facts add (see the design's never-ban decision).</summary>
    public ImmutableArray<Prefix> NeverBan { get; init; } = [];

    /// <summary>The jails, enabled ones only, in the policy's order; names are unique.</summary>
    public ImmutableArray<JailPolicy> Jails { get; init; } = [];

    /// <summary>When a whole prefix is banned.</summary>
    public PrefixBanPolicy Prefixes { get; init; } = new();

    /// <summary>When limits tighten for all.</summary>
    public SiegePolicy Siege { get; init; } = new();

    /// <summary>The most addresses that are remembered at a time; the longest unseen is forgotten first, and counted.</summary>
    public int MaxTracked { get; init; } = 1_000_000;
}
