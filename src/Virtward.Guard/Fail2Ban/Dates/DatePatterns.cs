using System.Text.RegularExpressions;
using Virtward.Core.Results;
using Virtward.Guard.Fail2Ban.Patterns;
using Virtward.Guard.Filters.Regexes;

namespace Virtward.Guard.Fail2Ban.Dates;

/// <summary>
/// Makes date templates from patterns: those of a <c>datepattern</c> option (jail.conf(5)) and the default ones, which every line
/// is tried against where there is no such option.
/// </summary>
/// <param name="thisYear">The current year, from which <c>%ExY</c> takes what years are plausible.</param>
public sealed class DatePatterns(int thisYear)
{
    private const string LineBegin = "{^LN-BEG}";
    private const string Unbound = "{UNB}";

    // A line-anchored template may have two characters before it, such as a bracket.
    private const string AtLineBegin = @"^(?:\W{0,2})?";
    private const string WordBegin = @"(?=^|\b|\W)";
    private const string WordEnd = @"(?=\b|\W|$)";

    private const string Epoch = "EPOCH";
    private const string LongEpoch = "LEPOCH";
    private const string Tai = "TAI64N";

    private const string Clock = "%H:%M:%S";
    private const string LaxClock = "%k:%M:%S";
    private const string Fraction = @"(?:\.%f)?";
    private const string AnyFraction = "(?:[.,]%f)?";
    private const string Weekday = "(?:%a )?";
    private const string Between = "(?:T|  ?)";

    /// <summary>The default forms, in the order in which they are tried, before any was seen.</summary>
    private static readonly string[] Defaults =
    [
        "%ExY(?P<_sep>[-/.])%m(?P=_sep)%d" + Between + Clock + AnyFraction + @"(?:\s*%z)?", // ISO 8601 and its kin
        Weekday + "%b %d " + LaxClock + Fraction + "(?: %ExY)?", // syslog, asctime
        Weekday + "%b %d %ExY " + LaxClock + Fraction,
        "%d(?P<_sep>[-/])%m(?P=_sep)(?:%ExY|%Exy) " + LaxClock,
        "%d(?P<_sep>[-/])%b(?P=_sep)%ExY[ :]?" + Clock + Fraction + "(?: %z)?", // Apache, named
        "%m/%d/%ExY:" + Clock,
        "%m-%d-%ExY " + LaxClock + Fraction,
        Epoch,
        LineBegin + Clock,
        "^<%m/%d/%Exy@" + Clock + ">",
        "%Exy%Exm%Exd  ?" + Clock, // MySQL
        "%b %d, %ExY %I:%M:%S %p", // Tomcat
        "^%b-%d-%Exy " + LaxClock,
        "%ExY%Exm%Exd" + Between + "%ExH%ExM%ExS" + AnyFraction + @"(?:\s*%z)?",
        "(?:%Z )?" + Weekday + "%b %d " + LaxClock + Fraction + "(?: %ExY)?", // monit
        "(?:%z )?" + Weekday + "%b %d " + LaxClock + Fraction + "(?: %ExY)?",
        Tai,
    ];

    /// <summary>The templates for a filter's <c>datepattern</c>.</summary>
    /// <param name="patterns">The patterns, in order; none: the defaults.</param>
    public Result<List<DateTemplate>> Templates(IReadOnlyCollection<string> patterns)
    {
        var templates = new List<DateTemplate>();
        foreach (string pattern in patterns)
        {
            string key = Key(pattern);
            Problem? problem = null;
            if (key == LineBegin)
            {
                problem = Add(templates, AllDefaults(), only: template => template.AtLineBegin);
            }
            else if (key == "{DEFAULT}")
            {
                problem = Add(templates, AllDefaults());
            }
            else if (key.Contains("{DATE}", StringComparison.Ordinal))
            {
                problem = Add(templates, Within(pattern));
            }
            else
            {
                problem = Add(templates, [One(key == "{NONE}" ? Unbound + "^" : pattern, 1)]);
            }

            if (problem is not null)
            {
                return problem;
            }
        }

        return templates.Count > 0 || Add(templates, AllDefaults()) is not { } failed ? templates : failed;
    }

    /// <summary>
    /// Whether what a pattern cuts out always lies between two characters that are no word characters, or at an end of the line, so
    /// that a word of the line stays a word and none is made. True for the defaults, and for patterns that leave their bounds to us.
    /// </summary>
    public static bool CutsAtWordEdges(string pattern)
    {
        string key = Key(pattern);
        if (key is LineBegin or "{DEFAULT}" or "{NONE}" or Epoch or LongEpoch or LineBegin + Epoch or LineBegin + LongEpoch or LineBegin + Tai)
        {
            return true;
        }

        bool ownCut = FirstGroup(pattern) >= 0 && !key.Contains("({DATE})", StringComparison.Ordinal);
        if (ownCut || pattern.Contains(Unbound, StringComparison.Ordinal) || pattern.Contains("**", StringComparison.Ordinal))
        {
            return false;
        }

        string tail = pattern.TrimEnd('*', '+', '?', ')');
        return pattern[0] == '^'
            || (pattern[0] is '%' or '(' or '{' && !(tail.EndsWith("\\s", StringComparison.Ordinal) || tail.EndsWith("\\W", StringComparison.Ordinal) || tail.EndsWith(' ')));
    }

    private static string Key(string pattern) =>
        pattern.Contains('%', StringComparison.Ordinal) && !pattern.Contains("{DATE}", StringComparison.OrdinalIgnoreCase)
            ? pattern
            : pattern.ToUpperInvariant();

    private static Problem? Add(List<DateTemplate> templates, IEnumerable<Result<DateTemplate>> more, Predicate<DateTemplate>? only = null)
    {
        foreach (Result<DateTemplate> result in more)
        {
            if (!result.TryGet(out DateTemplate? template, out Problem? problem))
            {
                return problem;
            }

            if ((only is null || only(template)) && !templates.Exists(known => known.Name == template.Name))
            {
                templates.Add(template);
            }
        }

        return null;
    }

    // First every default held to the begin of the line, with a hundredfold weight, then all as they are.
    private IEnumerable<Result<DateTemplate>> AllDefaults() =>
        Defaults.Where(pattern => !IsHeld(pattern)).Select(pattern => One(LineBegin + pattern, 100, isDefault: true))
            .Concat(Defaults.Select(pattern => One(pattern, 1, isDefault: true)));

    // {DATE} within a pattern stands for every default in turn.
    private IEnumerable<Result<DateTemplate>> WithinEach(string pattern, int at) =>
        from form in Defaults
        where form is not (Epoch or Tai)
        let bare = form.StartsWith(LineBegin, StringComparison.Ordinal) ? form[LineBegin.Length..] : form
        select One(string.Concat(pattern.AsSpan(0, at), bare, pattern.AsSpan(at + 6)), 1);

    private IEnumerable<Result<DateTemplate>> Within(string pattern) =>
        WithinEach(pattern, pattern.IndexOf("{DATE}", StringComparison.OrdinalIgnoreCase));

    private static bool IsHeld(string pattern) => pattern.StartsWith(LineBegin, StringComparison.Ordinal) || pattern[0] == '^';

    private Result<DateTemplate> One(string pattern, double weight, bool isDefault = false)
    {
        string upper = pattern.ToUpperInvariant();
        int braces = upper.IndexOf("{EPOCH}", StringComparison.Ordinal) is >= 0 and int plain ? plain : upper.IndexOf("{LEPOCH}", StringComparison.Ordinal);
        if (braces >= 0)
        {
            bool isLong = upper[braces + 1] == 'L';
            string number = "(" + EpochNumber(isLong) + ")";
            string regex = $"({pattern[..braces]}{number}{pattern[(braces + (isLong ? 8 : 7))..]})";
            return Make(pattern, isLong ? DateKind.LongEpoch : DateKind.Epoch, regex, Bind.Word, weight, 2);
        }

        bool held = upper.StartsWith(LineBegin, StringComparison.Ordinal) || upper[0] == '^';
        string word = upper.StartsWith(LineBegin, StringComparison.Ordinal) ? upper[LineBegin.Length..] : upper.TrimStart('^');
        if (word is Epoch or LongEpoch)
        {
            // At the begin of a line, or within brackets there; elsewhere only as an audit record has it: audit(1234567890.123:45).
            string number = EpochNumber(word == LongEpoch);
            string regex = held
                ? @"((?P<square>(?<=^\[))?" + number + @")(?(square)(?=\]))"
                : @"((?:^|(?P<square>(?<=^\[))|(?P<selinux>(?<=\baudit\()))" + number + @")(?:(?(selinux)(?=:\d+\)))|(?(square)(?=\])))";
            return Make(held ? LineBegin + word : word, word == Epoch ? DateKind.Epoch : DateKind.LongEpoch, regex, held ? Bind.Line : Bind.End, weight, 1);
        }

        if (word == Tai)
        {
            return Make(held ? LineBegin + word : word, DateKind.Tai64N, "(@[0-9a-f]{24})", held ? Bind.Line : Bind.End, weight, 1);
        }

        return Fields(pattern, weight, isDefault);
    }

    private Result<DateTemplate> Fields(string pattern, double weight, bool isDefault)
    {
        Bind bind = Bind.Word;
        string rest = pattern;
        if (rest.StartsWith(Unbound, StringComparison.Ordinal))
        {
            (bind, rest) = (Bind.None, rest[Unbound.Length..]);
        }
        else if (rest.StartsWith(LineBegin, StringComparison.Ordinal))
        {
            (bind, rest) = (Bind.Line, rest[LineBegin.Length..]);
        }

        if (!DateFields.TryExpand(rest, thisYear, out string regex))
        {
            return new Problem($"the datepattern '{pattern}' has an unknown % field", null, "write %% for a percent sign");
        }

        return Make(pattern, DateKind.Fields, (DateFields.HasLetters(pattern) ? "(?i)" : "") + regex, bind, weight, 1, isDefault);
    }

    private static Result<DateTemplate> Make(string name, DateKind kind, string pattern, Bind bind, double weight, int valueGroup, bool isDefault = false)
    {
        string regex = pattern.Trim();
        string flags = "";
        if (regex.StartsWith("(?i", StringComparison.Ordinal) && regex.IndexOf(')', StringComparison.Ordinal) is > 0 and int close)
        {
            flags = regex[..(close + 1)];
            regex = regex[(close + 1)..];
        }

        bool begin = bind is Bind.Word or Bind.Line && !BindsItsBegin(regex);
        bool end = bind != Bind.None && !BindsItsEnd(regex);
        if (FirstGroup(regex) < 0)
        {
            int from = regex.StartsWith('^') ? 1 : 0;
            int to = regex.EndsWith('$') ? regex.Length - 1 : regex.Length;
            to = Math.Max(from, to);
            regex = $"{regex[..from]}({regex[from..to]}){regex[to..]}";
        }

        bool lineBegin = (begin && bind == Bind.Line) || HoldsLineBegin(regex);
        bool lineEnd = !end && (regex.EndsWith('$') || regex.EndsWith("$)", StringComparison.Ordinal))
            && !regex.EndsWith("\\$", StringComparison.Ordinal) && !regex.EndsWith("|$)", StringComparison.Ordinal);
        regex = (begin ? bind == Bind.Line ? AtLineBegin : WordBegin : "") + regex.Replace("**", "", StringComparison.Ordinal) + (end ? WordEnd : "");
        try
        {
            // Named groups come last in .NET's count; the cut is the first unnamed one in both dialects.
            var compiled = new Regex(
                PythonRegex.ToDotNet(flags + regex), RegexOptions.CultureInvariant, GuardedRegex.TimeLimit);
            return new DateTemplate(name, kind, compiled, lineBegin || lineEnd, lineBegin, weight, valueGroup) { IsDefault = isDefault };
        }
        catch (ArgumentException failure)
        {
            return new Problem($"the datepattern '{name}' makes no valid regular expression: {failure.Message}");
        }
    }

    private static string EpochNumber(bool isLong) => isLong ? @"\d{10,11}(?:\d{3}(?:\.\d{1,6}|\d{3})?)?" : @"\d{10,11}\b(?:\.\d{3,6})?";

    // Begins with ^, (^, (?:^ or **, perhaps within more brackets.
    private static bool BindsItsBegin(string regex)
    {
        ReadOnlySpan<char> rest = regex.AsSpan().TrimStart('(');
        return rest.StartsWith("^") || rest.StartsWith("**") || (rest.Length < regex.Length && rest.StartsWith("?:^"));
    }

    // Ends with $, $), \b, \s or **, perhaps within more brackets.
    private static bool BindsItsEnd(string regex)
    {
        ReadOnlySpan<char> rest = regex.AsSpan().TrimEnd(')');
        bool line = regex.EndsWith('$') || regex.EndsWith("$)", StringComparison.Ordinal);
        return (line && !rest.EndsWith("\\$")) || regex.EndsWith("\\b", StringComparison.Ordinal)
            || regex.EndsWith("\\s", StringComparison.Ordinal) || rest.EndsWith("**");
    }

    private static bool HoldsLineBegin(string regex)
    {
        ReadOnlySpan<char> rest = regex;
        if (rest.StartsWith("^"))
        {
            return true;
        }

        rest = rest.StartsWith("(?:") ? rest[3..] : rest.StartsWith("(") ? rest[1..] : default;
        return rest.StartsWith("^") && !rest.StartsWith("^|");
    }

    // The first plain group: '(' not followed by '?', not escaped.
    private static int FirstGroup(string regex)
    {
        for (int at = 0; at < regex.Length; at++)
        {
            if (regex[at] == '\\')
            {
                at++;
            }
            else if (regex[at] == '(' && (at + 1 == regex.Length || regex[at + 1] != '?') && (at < 2 || !regex.AsSpan(at - 2, 2).SequenceEqual("(?")))
            {
                return at;
            }
        }

        return -1;
    }

    private enum Bind
    {
        None,
        Word,
        Line,
        End,
    }
}
