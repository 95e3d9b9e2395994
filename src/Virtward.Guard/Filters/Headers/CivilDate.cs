namespace Virtward.Guard.Filters.Headers;

/// <summary>Days and dates of the proleptic Gregorian calendar, in plain arithmetic (no allocation, no culture).</summary>
public static class CivilDate
{
    /// <summary>Days from 1970-01-01 to a date; the date must exist.</summary>
    /// <param name="year">1 to 9999.</param>
    /// <param name="month">1 to 12.</param>
    /// <param name="day">1 to the month's length.</param>
    public static long ToDays(int year, int month, int day)
    {
        // Years that begin in March put the leap day last, so that a month's start is a linear function of its number.
        int marchYear = month <= 2 ? year - 1 : year;
        int era = marchYear / 400;
        int yearOfEra = marchYear - (era * 400);
        int dayOfYear = (((153 * (month + (month > 2 ? -3 : 9))) + 2) / 5) + day - 1;
        int dayOfEra = (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear;
        return (era * 146_097L) + dayOfEra - 719_468;
    }

    /// <summary>Whether a date exists.</summary>
    public static bool Exists(int year, int month, int day) =>
        year is >= 1 and <= 9999 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month);
}
