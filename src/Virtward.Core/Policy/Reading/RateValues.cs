using System.Globalization;

namespace Virtward.Core.Policy.Reading;

/// <summary>Readers of how often something may happen.</summary>
public static class RateValues
{
    private const int Most = 1_000_000;

    /// <summary>Reads a rate: <c>6/minute</c>.</summary>
    public static bool Rate(YamlItem item, ProblemList problems, out ServiceRate? value)
    {
        value = Parse(item);
        if (value is null)
        {
            problems.AddExpected(item, "a rate such as 6/minute (second, minute, hour, day)");
        }

        return value is not null;
    }

    /// <summary>Reads a rate, or <c>false</c> for none.</summary>
    public static bool RateOrNone(YamlItem item, ProblemList problems, out ServiceRate? value)
    {
        value = Parse(item);
        bool none = item is YamlText { Text: "false" };
        if (value is null && !none)
        {
            problems.AddExpected(item, "a rate such as 20/minute (second, minute, hour, day), or false for none");
        }

        return value is not null || none;
    }

    private static ServiceRate? Parse(YamlItem item)
    {
        string[] parts = item is YamlText text ? text.Text.Split('/') : [];
        TimeSpan? per = parts.Length != 2 ? null : parts[1] switch
        {
            "second" => TimeSpan.FromSeconds(1),
            "minute" => TimeSpan.FromMinutes(1),
            "hour" => TimeSpan.FromHours(1),
            "day" => TimeSpan.FromDays(1),
            _ => null,
        };
        return per is { } time && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count is > 0 and <= Most
            ? new ServiceRate(count, time)
            : null;
    }
}
