using System.Globalization;
using System.Text.RegularExpressions;
using Virtward.Core.Time;

namespace Virtward.Guard.Fail2Ban.Dates;

/// <summary>Puts the fields of one matched stamp together into a time.</summary>
/// <param name="match">The match; its groups bear the names of the percent fields.</param>
public readonly struct DateFieldReader(Match match)
{
    /// <summary>
    /// The time. A missing year is this one, or the last where that would be more than a day ahead (so 31 December read in January is
    /// right); a missing day is today, or yesterday where that would be ahead. Null where the fields make no date.
    /// </summary>
    public UnixTime? Read(in DateClock clock)
    {
        int? year = Number("Y") ?? (Number("y") is { } two ? two + 2000 : null);
        int? month = Number("m") ?? Month("b") ?? Month("B");
        int? day = Number("d");
        int? offset = Offset(out bool badZone);
        if (badZone)
        {
            return null;
        }

        DateTime local = clock.Local;
        bool assumeYear = year is null;
        int inYear = year ?? local.Year;
        if ((month is null || day is null) && DayOfYear(inYear) is { } julian)
        {
            DateTime found = new DateTime(Math.Clamp(inYear, 1, 9998), 1, 1).AddDays(julian - 1);
            (inYear, month, day) = (found.Year, found.Month, found.Day);
        }

        bool assumeToday = month is null && day is null;
        if (assumeToday)
        {
            (month, day) = (local.Month, local.Day);
        }

        if (month is null || day is null || inYear is < 2 or > 9998 || day < 1 || month is < 1 or > 12)
        {
            return null;
        }

        int second = Number("S") ?? 0;
        if (second > 59 || day > DateTime.DaysInMonth(inYear, month.Value))
        {
            // 29 February without a year, read in a year that has none, is last leap year's: what the field 'year' cannot say.
            return null;
        }

        var result = new DateTime(inYear, month.Value, day.Value, Hour(), Number("M") ?? 0, second, DateTimeKind.Unspecified);
        if (offset is { } minutes)
        {
            result = result.AddMinutes(-minutes);
        }

        if (assumeToday && result > local)
        {
            result = result.AddDays(-1);
        }

        if (assumeYear && result > local.AddDays(1))
        {
            int before = inYear - 1;
            if (day > DateTime.DaysInMonth(before, month.Value))
            {
                return null;
            }

            result = new DateTime(before, month.Value, day.Value).Add(result.TimeOfDay);
        }

        TimeSpan fromUtc = offset is null ? clock.Zone.GetUtcOffset(result) : TimeSpan.Zero;
        return UnixTime.From(new DateTimeOffset(result, fromUtc));
    }

    private int? Number(string group) =>
        match.Groups[group] is { Success: true } found
            && int.TryParse(found.ValueSpan.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value
            : null;

    // The first three letters tell all months and all days apart.
    private int? Month(string group) => Name(group, "janfebmaraprmayjunjulaugsepoctnovdec") is { } index ? index + 1 : null;

    private int? Name(string group, string names)
    {
        if (match.Groups[group] is not { Success: true, Length: >= 3 } found)
        {
            return null;
        }

        int at = names.IndexOf(found.Value[..3], StringComparison.OrdinalIgnoreCase);
        return at < 0 ? null : at / 3;
    }

    private int Hour()
    {
        if (Number("I") is not { } hour)
        {
            return Math.Min(Number("H") ?? 0, 23);
        }

        bool afternoon = match.Groups["p"].ValueSpan.Equals("pm", StringComparison.OrdinalIgnoreCase);
        return (hour % 12) + (afternoon ? 12 : 0);
    }

    private int? Offset(out bool bad)
    {
        bad = false;
        Group zone = match.Groups["z"] is { Success: true } numeric ? numeric : match.Groups["Z"];
        if (!zone.Success)
        {
            return null;
        }

        bad = !ZoneNames.TryOffset(zone.ValueSpan, out int minutes);
        return minutes;
    }

    // %j, or the week and the weekday; %U counts weeks from the first Sunday, %W from the first Monday (strptime(3)).
    private int? DayOfYear(int year)
    {
        if (Number("j") is { } day)
        {
            return day;
        }

        // Monday is 0.
        int? weekday = Name("a", "montuewedthufrisatsun") ?? Name("A", "montuewedthufrisatsun") ?? (Number("w") is { } w ? (w + 6) % 7 : null);
        bool sundays = Number("U") is not null;
        if ((Number("U") ?? Number("W")) is not { } week || weekday is null || year is < 2 or > 9998)
        {
            return null;
        }

        int first = ((int)new DateTime(year, 1, 1).DayOfWeek + 6) % 7;
        int shift = sundays ? 1 : 0;
        int firstInWeek = (first + shift) % 7;
        int inWeek = (weekday.Value + shift) % 7;
        int weekZero = (7 - firstInWeek) % 7;
        return week == 0 ? 1 + inWeek - firstInWeek : 1 + weekZero + (7 * (week - 1)) + inWeek;
    }
}
