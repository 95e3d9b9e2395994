using System.Collections.Immutable;
using System.Globalization;

namespace Virtward.Core.Policy.Reading;

/// <summary>Binds <c>guard.prefix-bans</c>.</summary>
public static class PrefixBanSection
{
    private static readonly ValueReader<PrefixCounting> Counting =
        Values.Word(("banned", PrefixCounting.Banned), ("seen", PrefixCounting.Seen));

    private static readonly ValueReader<int> Attackers = Values.Whole(PrefixFamily.LowestThreshold, PrefixFamily.HighestThreshold);

    /// <summary>Reads the section; missing or <c>true</c> is the standard, <c>false</c> no prefix bans at all.</summary>
    public static PrefixBanPolicy Read(YamlItem? item, ProblemList problems)
    {
        var standard = new PrefixBanPolicy();
        if (item is null or YamlText { Text: "true" })
        {
            return standard;
        }

        if (item is YamlText { Text: "false" })
        {
            return standard with { Enabled = false };
        }

        Section section = Section.Open(item, "prefix-bans", problems,
            "enabled", "threshold", "count", "window", "bantime", "increment", "v4", "v6");
        int threshold = section.Read("threshold", standard.Threshold, Attackers);
        var policy = new PrefixBanPolicy
        {
            Enabled = section.Read("enabled", true, Values.Flag),
            Threshold = threshold,
            Counting = section.Read("count", standard.Counting, Counting),
            Window = section.Read("window", standard.Window, DurationValues.Window),
            BanTime = section.Read("bantime", standard.BanTime, DurationValues.Ban),
            Increment = IncrementValues.Read(section, standard.Increment, problems),
            V4 = ReadFamily(section.Find("v4"), PrefixFamily.V4, threshold, problems),
            V6 = ReadFamily(section.Find("v6"), PrefixFamily.V6, threshold, problems),
        };
        IncrementValues.CheckCap(section, policy.BanTime, policy.Increment, problems);
        return policy;
    }

    private static ImmutableArray<PrefixLevel> ReadFamily(YamlItem? item, PrefixFamily family, int threshold, ProblemList problems)
    {
        ImmutableArray<PrefixLevel> levels = family.LevelsOf(family.StandardLengths, threshold);
        if (item is null)
        {
            return levels;
        }

        Section section = Section.Open(item, family.Name, problems, "levels", "largest");
        ValueReader<int> length = Values.Whole(family.Shortest, family.Longest);
        if (section.Find("levels") is { } written)
        {
            levels = written is YamlMap map
                ? ReadMeasuredLevels(map, length, problems)
                : family.LevelsOf(section.ReadList("levels", family.StandardLengths, length), threshold);
            CheckOrder(written, levels, family, problems);
        }

        int largest = section.Read("largest", family.Shortest, length);
        ImmutableArray<PrefixLevel> kept = [.. levels.Where(level => level.Length >= largest)];
        if (kept.IsEmpty && section.Find("largest") is { } at)
        {
            problems.Add(at, string.Create(CultureInfo.InvariantCulture, $"largest {largest} leaves no level of {family.Name}"),
                string.Create(CultureInfo.InvariantCulture, $"add {largest} to levels, or write 'prefix-bans: false'"));
        }

        return kept;
    }

    /// <summary>Reads levels that are written with their thresholds: <c>{24: 3, 20: 24}</c>.</summary>
    private static ImmutableArray<PrefixLevel> ReadMeasuredLevels(YamlMap map, ValueReader<int> length, ProblemList problems)
    {
        var levels = ImmutableArray.CreateBuilder<PrefixLevel>(map.Entries.Length);
        foreach (YamlEntry entry in map.Entries)
        {
            // Both are read in any case, so that both are told of when both are wrong.
            bool hasLength = length(entry.Key, problems, out int bits);
            if (Attackers(entry.Value, problems, out int threshold) && hasLength)
            {
                levels.Add(new PrefixLevel(bits, threshold));
            }
        }

        return levels.ToImmutable();
    }

    private static void CheckOrder(YamlItem at, ImmutableArray<PrefixLevel> levels, PrefixFamily family, ProblemList problems)
    {
        if (levels.IsEmpty && (at is YamlList { Items: [] } or YamlMap { Entries: [] } || at.IsEmpty))
        {
            problems.Add(at, $"{family.Name} has no levels", "write some, such as " + family.Example);
        }

        for (int i = 0; i < levels.Length; i++)
        {
            (int length, int threshold) = (levels[i].Length, levels[i].Threshold);
            if (threshold > family.MostAttackers(length))
            {
                Add($"a /{length} holds {family.MostAttackers(length)} attackers at most and never reaches the threshold {threshold}",
                    "lower the threshold, or take a shorter prefix");
            }

            if (i == 0)
            {
                continue;
            }

            PrefixLevel inside = levels[i - 1];
            if (length >= inside.Length)
            {
                Add($"level {length} comes after level {inside.Length}",
                    "write the longest prefix first, each length once, such as " + family.Example);
            }
            else if (threshold < inside.Threshold)
            {
                Add($"level {length} takes fewer attackers ({threshold}) than level {inside.Length} inside it ({inside.Threshold})",
                    "a larger prefix must take at least as many");
            }
        }

        void Add(FormattableString what, string hint) => problems.Add(at, what.ToString(CultureInfo.InvariantCulture), hint);
    }
}
