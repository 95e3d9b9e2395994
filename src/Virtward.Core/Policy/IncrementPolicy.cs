namespace Virtward.Core.Policy;

/// <summary>How a ban time grows: the n-th further ban lasts <c>bantime × factor^n</c>, at most the cap, plus a random part.</summary>
public sealed record IncrementPolicy
{
    /// <summary>The factor for each further ban; 1 or more.</summary>
    public double Factor { get; init; } = 2;

    /// <summary>The longest ban.</summary>
    public TimeSpan Cap { get; init; } = TimeSpan.FromDays(28);

    /// <summary>Up to this fraction (0 to 1) is added at random, so that a botnet's bans do not all end at once.</summary>
    public double Jitter { get; init; } = 0.1;
}
