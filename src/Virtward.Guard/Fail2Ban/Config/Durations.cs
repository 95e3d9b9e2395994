using System.Buffers;
using System.Globalization;

namespace Virtward.Guard.Fail2Ban.Config;

/// <summary>
/// fail2ban's durations: <c>600</c> (seconds), <c>10m</c>, <c>1d 12h</c>, <c>1year-6mo</c>; a month is a twelfth of 365.25 days, <c>m</c>
/// means minutes, a product such as <c>60*60</c> is taken too.
/// </summary>
public static class Durations
{
    private static readonly SearchValues<char> Number = SearchValues.Create("0123456789.");

    /// <summary>Reads a duration in seconds; a negative one means "for ever" to fail2ban.</summary>
    public static bool TryParse(string text, out double seconds)
    {
        seconds = 0;
        ReadOnlySpan<char> rest = text.Trim();
        bool any = false;
        while (!rest.IsEmpty)
        {
            int sign = 1;
            while (!rest.IsEmpty && (rest[0] is '+' or '-' || char.IsWhiteSpace(rest[0])))
            {
                sign = rest[0] == '-' ? -1 : sign;
                rest = rest[1..];
            }

            if (!Term(ref rest, out double value))
            {
                return false;
            }

            while (rest.TrimStart() is ['*', .. var product])
            {
                rest = product.TrimStart();
                if (!Term(ref rest, out double factor))
                {
                    return false;
                }

                value *= factor;
            }

            seconds += sign * value;
            any = true;
        }

        return any && double.IsFinite(seconds);
    }

    private static bool Term(ref ReadOnlySpan<char> rest, out double value)
    {
        int digits = rest.IndexOfAnyExcept(Number);
        digits = digits < 0 ? rest.Length : digits;
        if (!double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value))
        {
            return false;
        }

        ReadOnlySpan<char> unit = rest[digits..].TrimStart();
        int letters = 0;
        while (letters < unit.Length && char.IsAsciiLetter(unit[letters]))
        {
            letters++;
        }

        if (letters == 0)
        {
            rest = rest[digits..];
            return true;
        }

        double scale = Scale(unit[..letters].ToString().ToLowerInvariant());
        value *= scale;
        rest = unit[letters..];
        return scale > 0;
    }

    private static double Scale(string unit) => unit switch
    {
        "s" or "ss" or "se" or "sec" or "second" or "seconds" => 1,
        "m" or "mm" or "mi" or "min" or "minute" or "minutes" => 60,
        "h" or "hh" or "ho" or "hou" or "hour" or "hours" => 3_600,
        "d" or "dd" or "da" or "day" or "days" => 86_400,
        "w" or "ww" or "we" or "wee" or "week" or "weeks" => 604_800,
        "mo" or "mon" or "month" or "months" => 365.25 * 86_400 / 12,
        "y" or "yy" or "ye" or "yea" or "year" or "years" => 365.25 * 86_400,
        _ => 0,
    };
}
