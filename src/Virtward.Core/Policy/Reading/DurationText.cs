using System.Globalization;
using System.Text;

namespace Virtward.Core.Policy.Reading;

/// <summary>
/// Spans of time as a policy and the command line write them: <c>90</c> (seconds), <c>10m</c>, <c>1h 30m</c>, <c>2d</c>, <c>1w</c>.
/// </summary>
public static class DurationText
{
    /// <summary>The longest span that is read, ten years of 365 days: no sum of times can overflow with it.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(3650);

    /// <summary>
    /// Reads numbers with units (s, m, h, d, w), each unit once and larger ones first; a bare number is seconds. Months and years are no
    /// units: they have no one length.
    /// </summary>
    /// <returns>Whether it is a span, 0 included, of at most <see cref="Longest"/>.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        long seconds = 0;
        long unitBefore = long.MaxValue;
        ReadOnlySpan<char> rest = text.Trim(' ');
        bool bare = rest.IndexOfAnyExceptInRange('0', '9') < 0;
        if (rest.IsEmpty)
        {
            return false;
        }

        while (!rest.IsEmpty)
        {
            int digits = rest.IndexOfAnyExceptInRange('0', '9');
            long unit = bare ? 1 : digits > 0 ? UnitSeconds(rest[digits]) : 0;
            ReadOnlySpan<char> number = bare ? rest : rest[..Math.Max(digits, 0)];
            if (unit == 0 || unit >= unitBefore || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int count))
            {
                return false;
            }

            seconds += count * unit;
            if (seconds > Longest.TotalSeconds)
            {
                return false;
            }

            unitBefore = unit;
            rest = bare ? [] : rest[(digits + 1)..].TrimStart(' ');
        }

        value = TimeSpan.FromSeconds(seconds);
        return true;
    }

    /// <summary>A span in the form that <see cref="TryParse"/> reads, rounded down to seconds: <c>1h 30m</c>; <c>0s</c> for none.</summary>
    public static string Format(TimeSpan span)
    {
        long rest = Math.Max(0, (long)span.TotalSeconds);
        var text = new StringBuilder();
        foreach (char unit in "wdhms")
        {
            long count = rest / UnitSeconds(unit);
            rest %= UnitSeconds(unit);
            if (count > 0)
            {
                text.Append(text.Length > 0 ? " " : "").Append(count).Append(unit);
            }
        }

        return text.Length > 0 ? text.ToString() : "0s";
    }

    private static long UnitSeconds(char unit) => unit switch
    {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        'w' => 604_800,
        _ => 0,
    };
}
