using Virtward.Core.Net;
using Virtward.Core.Policy;

namespace Virtward.Guard.Bans;

/// <summary>How long bans last. A pure function of policy, history and a seed, so that a replay comes out the same every time.</summary>
public static class BanTerm
{
    /// <summary>No ban is longer, whatever policy, force or database says: every ban ends.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(3652);

    /// <summary>The term of the ban that follows on <paramref name="repeats"/> others: <c>first × factor^repeats</c>, capped, plus jitter.</summary>
    /// <param name="first">How long the first ban lasts.</param>
    /// <param name="increment">How the term grows; null: it does not.</param>
    /// <param name="repeats">How often the target was banned before.</param>
    /// <param name="jail">The jail, for the jitter.</param>
    /// <param name="target">The target, for the jitter.</param>
    /// <param name="seed">What makes the jitter unpredictable; any number in a replay.</param>
    public static TimeSpan Of(TimeSpan first, IncrementPolicy? increment, int repeats, string jail, Prefix target, ulong seed)
    {
        if (increment is null)
        {
            return Limit(first.Ticks);
        }

        double grown = first.Ticks * Math.Pow(Math.Max(1, increment.Factor), repeats);
        double capped = Math.Min(grown, increment.Cap.Ticks);
        return Limit(capped * (1 + (Math.Clamp(increment.Jitter, 0, 1) * Fraction(jail, target, repeats, seed))));
    }

    /// <summary>A term within what is possible: a second at least, <see cref="Longest"/> at most.</summary>
    public static TimeSpan Limit(double ticks) =>
        !(ticks > TimeSpan.TicksPerSecond) ? TimeSpan.FromSeconds(1) : ticks < Longest.Ticks ? new TimeSpan((long)ticks) : Longest;

    // A number from 0 to 1 that depends on everything and is the same each time: the finaliser of MurmurHash3, round by round.
    private static double Fraction(string jail, Prefix target, int repeats, ulong seed)
    {
        ulong hash = Mix(seed ^ (uint)repeats);
        hash = Mix(hash ^ target.First.High);
        hash = Mix(hash ^ target.First.Low ^ (ulong)target.Length);
        foreach (char c in jail)
        {
            hash = Mix(hash ^ c);
        }

        return (hash >> 11) / (double)(1UL << 53);
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 33)) * 0xff51_afd7_ed55_8ccd;
        value = (value ^ (value >> 33)) * 0xc4ce_b9fe_1a85_ec53;
        return value ^ (value >> 33);
    }
}
