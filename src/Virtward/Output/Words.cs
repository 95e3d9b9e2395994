using System.Globalization;
using Virtward.Core.Policy.Reading;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Exposure.Matrix;

namespace Virtward.Output;

/// <summary>How numbers and times are put to a person.</summary>
public static class Words
{
    /// <summary>A whole number with thousands separated: <c>7,168</c>; beyond 10^12 in powers of two, as address counts are.</summary>
    public static string Number(double value) => value < 1e12
        ? value.ToString("N0", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"2^{Math.Log2(value):0}");

    /// <summary>A number and its noun, with the plural's s where it takes one: <c>1 ban</c>, <c>3 bans</c>.</summary>
    public static string Count(double value, string noun) => value == 1 ? $"1 {noun}" : $"{Number(value)} {noun}{Plural(noun)}";

    /// <summary>Both halves of what bans do: how many are shut out, and how many of them attacked.</summary>
    public static string ShutOut(double v4, double v6, long attackers) =>
        $"{Count(v4, "IPv4 address")} and {Count(v6, "IPv6 /64")} shut out, {Number(attackers)} of them attacked";

    /// <summary>A span in its two largest units: <c>2d 3h</c>, <c>59s</c>.</summary>
    public static string Span(TimeSpan span) => string.Join(' ', DurationText.Format(span).Split(' ').Take(2));

    /// <summary>An RFC 3339 time as a span from now: <c>in 3h 10m</c>, <c>12s ago</c>.</summary>
    public static string FromNow(string time, DateTimeOffset now)
    {
        if (!DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, out DateTimeOffset at))
        {
            return time;
        }

        TimeSpan span = at - now;
        return span < TimeSpan.Zero ? $"{Span(-span)} ago" : $"in {Span(span)}";
    }

    /// <summary>A time to the second, in UTC: <c>2026-11-21T19:50:00Z</c>.</summary>
    public static string Time(UnixTime time) => (time.IsKnown && time != UnixTime.Never ? UnixTime.FromSeconds(time.Seconds) : time).ToString();

    /// <summary>Bytes in the unit that fits: <c>14.2 MB</c>.</summary>
    public static string Bytes(double bytes)
    {
        string[] units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
        int unit = 0;
        while (bytes >= 1000 && unit < units.Length - 1)
        {
            bytes /= 1000;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{(unit == 0 ? bytes.ToString("0", CultureInfo.InvariantCulture) : bytes.ToString("0.0", CultureInfo.InvariantCulture))} {units[unit]}");
    }

    /// <summary>How many ways from zone to zone should not be; empty where there is none.</summary>
    public static string Ways(ExposureReport report)
    {
        int wrong = report.Paths.Sum(static row => row.Cells.Count(static cell => cell.Concern == Concern.Wrong));
        return wrong == 0 ? "" : $" {Count(wrong, "way")} between zones should not be.";
    }

    /// <summary>That answers may be wrong, and what was not read: it goes before them.</summary>
    public static string Unknown(IEnumerable<Problem> gaps) =>
        Safe($"not all is known, and what is called closed may be open: {string.Join("; ", gaps)}");

    /// <summary>
    /// Text from outside, safe for a terminal: control characters (an escape sequence could rewrite the screen) become '?', tabulators, with which
    /// configuration files are full, a blank.
    /// </summary>
    public static string Safe(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => c == '\t' ? ' ' : char.IsControl(c) ? '?' : c)) : text;

    private static string Plural(string noun) => noun.EndsWith('s') || noun.EndsWith('x') ? "es" : "s";
}
