using System.Collections.Immutable;

namespace Virtward.Core.Policy.Reading;

/// <summary>What IPv4 and IPv6 differ in when prefixes are banned.</summary>
/// <param name="Name">Its key in the policy.</param>
/// <param name="Shortest">The shortest length that may be banned.</param>
/// <param name="Longest">The longest length that may be banned: one attacker is no prefix.</param>
/// <param name="AttackerBits">The length of one attacker: an IPv4 address, or an IPv6 /64.</param>
/// <param name="StandardLengths">The levels where the policy names none.</param>
/// <param name="Steps">By how much each level's threshold is multiplied from the one before.</param>
/// <param name="Example">An example of levels, for messages.</param>
public sealed record PrefixFamily(
    string Name,
    int Shortest,
    int Longest,
    int AttackerBits,
    ImmutableArray<int> StandardLengths,
    ImmutableArray<int> Steps,
    string Example)
{
    /// <summary>One attacker is not a subnet of attackers.</summary>
    public const int LowestThreshold = 2;

    /// <summary>The highest threshold that is read.</summary>
    public const int HighestThreshold = 1_000_000;

    /// <summary>IPv4: nothing shorter than a /8, which is 16 million addresses.</summary>
    public static readonly PrefixFamily V4 = new("v4", 8, 31, 32, [24, 20, 16], [1, 8, 4], "[24, 20, 16]");

    /// <summary>IPv6: nothing shorter than a /24; providers are given /32 to /29 (RIPE-738 section 5.1), customers /48 to /64.</summary>
    public static readonly PrefixFamily V6 = new("v6", 24, 63, 64, [56, 48], [1, 3], "[56, 48]");

    /// <summary>How many attackers a prefix can hold, as far as an int counts.</summary>
    public int MostAttackers(int length) => AttackerBits - length >= 31 ? int.MaxValue : 1 << (AttackerBits - length);

    /// <summary>
    /// Levels with thresholds derived from the first one's: each shorter prefix takes some times more (IPv4 1, 8, 32, 128 times,
    /// IPv6 1, 3, 9, 27 times). That is more attackers but a lower density: a /16 with 96 attackers in it is a network for rent.
    /// </summary>
    public ImmutableArray<PrefixLevel> LevelsOf(ImmutableArray<int> lengths, int threshold)
    {
        var levels = ImmutableArray.CreateBuilder<PrefixLevel>(lengths.Length);
        long attackers = threshold;
        for (int i = 0; i < lengths.Length; i++)
        {
            attackers = Math.Min(attackers * Steps[Math.Min(i, Steps.Length - 1)], HighestThreshold);
            levels.Add(new PrefixLevel(lengths[i], (int)attackers));
        }

        return levels.ToImmutable();
    }
}
