using Virtward.Core.Policy;

namespace Virtward.Guard.Fail2Ban.Import;

/// <summary>A jail of fail2ban's, in our words.</summary>
public sealed record ImportedJail
{
    /// <summary>Our name for it: lower-case letters, digits and hyphens.</summary>
    public required string Name { get; init; }

    /// <summary>The filter: a built-in name or a <c>.conf</c> path, with options in brackets.</summary>
    public required string Filter { get; init; }

    /// <summary>The log files or globs; empty: the filter's own.</summary>
    public IReadOnlyList<string> Logs { get; init; } = [];

    /// <summary>Whether the journal is read; null: as the filter has it.</summary>
    public bool? Journal { get; init; }

    /// <summary>The window.</summary>
    public TimeSpan FindTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The limit.</summary>
    public int MaxRetry { get; init; } = 5;

    /// <summary>The first ban's length.</summary>
    public TimeSpan BanTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How bans grow; null: they do not.</summary>
    public IncrementPolicy? Increment { get; init; }

    /// <summary>The ports that a ban closes, as a policy writes them; empty: all.</summary>
    public IReadOnlyList<string> Ports { get; init; } = [];

    /// <summary>Never banned by this jail: addresses and prefixes.</summary>
    public IReadOnlyList<string> NeverBan { get; init; } = [];
}
