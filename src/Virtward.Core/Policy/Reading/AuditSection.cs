using System.Collections.Immutable;
using System.Globalization;

namespace Virtward.Core.Policy.Reading;

/// <summary>Binds <c>audit:</c>.</summary>
public static class AuditSection
{
    private static readonly ImmutableArray<string> Profiles = ["isolated", "edge", "lab"];

    /// <summary>Reads it.</summary>
    public static AuditPolicy Read(YamlItem item, ProblemList problems)
    {
        Section section = Section.Open(item, "audit", problems, "profile", "waive");
        return new AuditPolicy
        {
            Profile = section.Read("profile", "isolated", ProfileName),
            Waivers = section.Find("waive") is { } waive ? Waivers(waive, problems) : [],
        };
    }

    private static bool ProfileName(YamlItem item, ProblemList problems, out string value)
    {
        value = item is YamlText text ? text.Text : "";
        if (Profiles.Contains(value))
        {
            return true;
        }

        problems.AddExpected(item, "isolated, edge or lab");
        return false;
    }

    private static ImmutableArray<WaiverPolicy> Waivers(YamlItem item, ProblemList problems)
    {
        if (item is not YamlMap map)
        {
            if (!item.IsEmpty)
            {
                problems.AddExpected(item, "checks by id, such as 'SSH-05: { until: 2027-01-31, because: \"only the VPN reaches it\" }'");
            }

            return [];
        }

        ImmutableArray<WaiverPolicy>.Builder waivers = ImmutableArray.CreateBuilder<WaiverPolicy>();
        foreach (YamlEntry entry in map.Entries)
        {
            string id = entry.Key.Text;
            if (!IsId(id))
            {
                problems.Add(entry.Key, $"{entry.Key.Describe()} is no check's id", "write it as the audit does: SSH-05");
                continue;
            }

            Section section = Section.Open(entry.Value, $"the waiver of {id}", problems, "until", "because");
            DateOnly? until = section.Read<DateOnly?>("until", null, Day);
            string because = section.Read("because", "", Reason);
            if (entry.Value is YamlMap or { IsEmpty: true } && (section.Find("until") is null || section.Find("because") is null))
            {
                problems.Add(entry.Key, $"the waiver of {id} needs a last day and a reason", "write { until: 2027-01-31, because: \"…\" }");
            }
            else if (until is DateOnly day && because.Length > 0)
            {
                waivers.Add(new WaiverPolicy(id, day, because));
            }
        }

        return waivers.ToImmutable();
    }

    /// <summary>Whether a text has the form of a check's id: <c>SSH-05</c>, <c>V6-01</c>.</summary>
    public static bool IsId(string text)
    {
        int dash = text.IndexOf('-', StringComparison.Ordinal);
        return dash is > 0 and <= 8 && text.Length == dash + 3 && text.Take(dash).All(static c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c))
            && char.IsAsciiDigit(text[dash + 1]) && char.IsAsciiDigit(text[dash + 2]);
    }

    private static bool Day(YamlItem item, ProblemList problems, out DateOnly? value)
    {
        value = null;
        if (item is YamlText { Text: var text } && DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day))
        {
            value = day;
            return true;
        }

        problems.AddExpected(item, "a day, such as 2027-01-31");
        return false;
    }

    private static bool Reason(YamlItem item, ProblemList problems, out string value) => Values.Text(item, "why the check may fail, in words", problems, out value);
}
