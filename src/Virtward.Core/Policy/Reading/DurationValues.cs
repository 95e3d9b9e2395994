namespace Virtward.Core.Policy.Reading;

/// <summary>Readers of spans of time.</summary>
public static class DurationValues
{
    private const string Example = "a duration such as 90 (seconds), 10m, 1h 30m, 2d or 1w";

    /// <summary>Reads how far back something counts: 1 second to 52 weeks.</summary>
    public static bool Window(YamlItem item, ProblemList problems, out TimeSpan value)
    {
        value = default;
        if (item is YamlText { Text: var text } && DurationText.TryParse(text, out value)
            && value > TimeSpan.Zero && value <= TimeSpan.FromDays(364))
        {
            return true;
        }

        problems.AddExpected(item, $"{Example}, from 1s to 52w");
        return false;
    }

    /// <summary>
    /// Reads how long a ban lasts: 1 second to ten years. What other guards take for "for ever" is refused with a word of its own:
    /// addresses change hands, and a ban that nobody ends keeps out a stranger one day.
    /// </summary>
    public static bool Ban(YamlItem item, ProblemList problems, out TimeSpan value)
    {
        value = default;
        string text = item is YamlText scalar ? scalar.Text : "";
        if (DurationText.TryParse(text, out value) && value > TimeSpan.Zero)
        {
            return true;
        }

        if (text.StartsWith('-') || text.ToLowerInvariant() is "never" or "forever" or "for ever" or "infinite" or "inf" or "permanent")
        {
            problems.Add(item, $"{ProblemList.Quote(text)} would never end, and every ban ends", "write a long one, such as 52w");
        }
        else
        {
            problems.AddExpected(item, $"{Example}, from 1s to 520w");
        }

        return false;
    }
}
