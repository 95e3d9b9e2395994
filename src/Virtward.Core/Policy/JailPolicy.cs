using System.Collections.Immutable;
using Virtward.Core.Net;

namespace Virtward.Core.Policy;

/// <summary>The rule that turns one filter's sightings into bans.</summary>
public sealed record JailPolicy
{
    /// <summary>Its name, unique in the policy: lower-case letters, digits and hyphens.</summary>
    public required string Name { get; init; }

    /// <summary>The filter it listens to; <c>recidive</c> listens to our own bans instead of a log.</summary>
    public required FilterReference Filter { get; init; }

    /// <summary>Log files or globs to follow; empty: the filter's own default.</summary>
    public ImmutableArray<string> Logs { get; init; } = [];

    /// <summary>Whether the journal is read, with the filter's own units: null, the filter's default (journal if there is no log file).</summary>
    public bool? Journal { get; init; }

    /// <summary>The failures of this many seconds back count.</summary>
    public TimeSpan FindTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The ban falls with this many attempts within <see cref="FindTime"/>; 1 or more.</summary>
    public int MaxRetry { get; init; } = 5;

    /// <summary>How long the first ban lasts; <see cref="Timeout.InfiniteTimeSpan"/> is not allowed: every ban ends.</summary>
    public TimeSpan BanTime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How the ban time grows with each further ban of the same address; null: it does not.</summary>
    public IncrementPolicy? Increment { get; init; }

    /// <summary>Whether bans are enforced or only told.</summary>
    public JailMode Mode { get; init; } = JailMode.Enforce;

    /// <summary>The ports that a ban closes; empty: all of them.</summary>
    public ImmutableArray<PortScope> Ports { get; init; } = [];

    /// <summary>Never banned by this jail, besides the guard's own list.</summary>
    public ImmutableArray<Prefix> NeverBan { get; init; } = [];

    /// <summary>Whether this jail's bans count towards prefix bans.</summary>
    public bool Prefixes { get; init; } = true;
}
