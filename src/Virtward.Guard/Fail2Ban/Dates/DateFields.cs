using System.Globalization;
using System.Text;

namespace Virtward.Guard.Fail2Ban.Dates;

/// <summary>
/// The percent fields of a date pattern, each a small regular expression whose group bears the field's name: strptime(3)'s, with
/// fail2ban's tolerant spacing, and its exact ones (<c>%Ex…</c>, jail.conf(5)).
/// </summary>
public static class DateFields
{
    private const string Months = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec";
    private const string LongMonths = "january|february|march|april|may|june|july|august|september|october|november|december";
    private const string Days = "mon|tue|wed|thu|fri|sat|sun";
    private const string LongDays = "monday|tuesday|wednesday|thursday|friday|saturday|sunday";
    private const string ZoneName = "[A-Z](?:[A-Z]{2,4})?";
    private const string Offset = @"[+-][01]\d(?::?\d{2})?";

    /// <summary>Replaces the fields of a pattern.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="thisYear">The current year, from which <c>%ExY</c> takes what years are plausible.</param>
    /// <param name="regex">The regular expression, in Python's dialect.</param>
    /// <returns>Whether every percent sign belongs to a field that is known.</returns>
    public static bool TryExpand(string pattern, int thisYear, out string regex)
    {
        var text = new StringBuilder(pattern.Length * 4);
        regex = "";
        for (int at = 0; at < pattern.Length; at++)
        {
            if (pattern[at] != '%')
            {
                text.Append(pattern[at]);
                continue;
            }

            string? field = null;
            if (at + 3 < pattern.Length && pattern.AsSpan(at + 1).StartsWith("Ex"))
            {
                field = Exact(pattern[at + 3], thisYear);
                at += field is null ? 0 : 2;
            }

            if (++at >= pattern.Length || (field ??= Plain(pattern[at])) is null)
            {
                return false;
            }

            text.Append(field);
        }

        regex = text.ToString();
        return true;
    }

    /// <summary>Whether a pattern has a field of letters, which are matched in any case.</summary>
    public static bool HasLetters(string pattern)
    {
        for (int at = pattern.IndexOf('%', StringComparison.Ordinal); at >= 0 && at + 1 < pattern.Length; at = pattern.IndexOf('%', at + 1))
        {
            if (pattern[at + 1] is 'a' or 'A' or 'b' or 'B' or 'p' or 'c' && (at == 0 || pattern[at - 1] != '%'))
            {
                return true;
            }
        }

        return false;
    }

    private static string? Plain(char field) => field switch
    {
        '%' => "%",
        'a' => $"(?P<a>{Days})",
        'A' => $"(?P<A>{LongDays})",
        'b' => $"(?P<b>{Months})",
        'B' => $"(?P<B>{LongMonths})",
        'c' => string.Concat(Plain('a'), @"\s+", Plain('b'), @"\s+", Plain('d'), @"\s+", Plain('X'), @"\s+", Plain('Y')),
        'd' => @"(?P<d>[12]\d|[ 0]?[1-9]|3[01])",
        'f' => @"(?P<f>[0-9]{1,6})",
        'H' => @"(?P<H>[01]?\d|2[0-3])",
        'I' => "(?P<I>1[0-2]|0?[1-9])",
        'j' => @"(?P<j>36[0-6]|3[0-5]\d|[12]\d\d|0?[1-9]\d|0{0,2}[1-9])",
        'k' => @" ?(?P<H>[0-2]?\d)",
        'l' => @" ?(?P<I>1?\d)",
        'm' => "(?P<m>0?[1-9]|1[0-2])",
        'M' => @"(?P<M>[0-5]?\d)",
        'p' => "(?P<p>am|pm)",
        'S' => @"(?P<S>[0-5]?\d|6[01])",
        'u' => "(?P<u>[1-7])",
        'U' => @"(?P<U>5[0-3]|[0-4]?\d)",
        'w' => "(?P<w>[0-6])",
        'W' => @"(?P<W>5[0-3]|[0-4]?\d)",
        'x' => string.Concat(Plain('m'), "/", Plain('d'), "/", Plain('y')),
        'X' => string.Concat(Plain('H'), ":", Plain('M'), ":", Plain('S')),
        'y' => @"(?P<y>\d\d)",
        'Y' => @"(?P<Y>\d{4})",
        'z' => $"(?P<z>Z|UTC|GMT|{Offset})",
        'Z' => "(?P<Z>Z|[A-Z]{3,5})",
        _ => null,
    };

    private static string? Exact(char field, int thisYear) => field switch
    {
        'd' => @"(?P<d>[12]\d|0[1-9]|3[01])",
        'm' => "(?P<m>0[1-9]|1[0-2])",
        'H' => @"(?P<H>[01]\d|2[0-3])",
        'k' => @" ?(?P<H>[01]?\d|2[0-3])",
        'l' => @" ?(?P<I>1[0-2]|\d)",
        'M' => @"(?P<M>[0-5]\d)",
        'S' => @"(?P<S>[0-5]\d|6[01])",
        'y' => @"(?P<y>\d{2})",
        // Years from 2000 to the decade that three years from now lie in.
        'Y' => string.Create(CultureInfo.InvariantCulture, $@"(?P<Y>20[0-{Math.Clamp((thisYear + 3) / 10 % 10, 0, 9)}]\d)"),
        'Z' => $"(?P<Z>{ZoneName})",
        'z' => $"(?P<z>(?:{ZoneName})?{Offset}|{ZoneName})",
        _ => null,
    };
}
