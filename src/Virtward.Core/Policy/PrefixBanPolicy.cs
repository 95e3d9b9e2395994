using System.Collections.Immutable;

namespace Virtward.Core.Policy;

/// <summary>When several attackers of one subnet make the subnet the attacker.</summary>
public sealed record PrefixBanPolicy
{
    /// <summary>Whether prefixes are banned at all.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>
    /// A prefix of the first level is banned with this many distinct attackers in it; 2 or more. An attacker is an IPv4 address
    /// or an IPv6 /64.
    /// </summary>
    public int Threshold { get; init; } = 3;

    /// <summary>
    /// Whether an address counts as an attacker once it is banned, or already once it was seen failing.
    /// </summary>
    public PrefixCounting Counting { get; init; } = PrefixCounting.Banned;

    /// <summary>Attackers of this span back count.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long the first ban of a prefix lasts.</summary>
    public TimeSpan BanTime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How the ban time grows when the same prefix is banned again; null: it does not.</summary>
    public IncrementPolicy? Increment { get; init; } = new();

    /// <summary>The IPv4 lengths that are tried, longest first; the last is the largest prefix ever banned.</summary>
    public ImmutableArray<PrefixLevel> V4 { get; init; } = [new(24, 3), new(20, 24), new(16, 96)];

    /// <summary>The IPv6 lengths that are tried, longest first; attackers are counted as /64s.</summary>
    public ImmutableArray<PrefixLevel> V6 { get; init; } = [new(56, 3), new(48, 9)];
}
