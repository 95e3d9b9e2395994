using System.Text.RegularExpressions;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Guard.Fail2Ban.Config;
using Virtward.Guard.Fail2Ban.Dates;

namespace Virtward.Guard.Fail2Ban.Engine;

/// <summary>
/// Runs one filter over lines as fail2ban does: the date is found and cut out, <c>prefregex</c> narrows the line, the first
/// <c>failregex</c> that matches counts unless an <c>ignoreregex</c> matches too, and lines of one connection are joined.
/// </summary>
public sealed class LineEngine
{
    /// <summary>A line without a date has the last one, if that is not older than this.</summary>
    private static readonly TimeSpan LastDateLasts = TimeSpan.FromSeconds(60);

    private readonly DateDetector _dates;
    private readonly LineBuffer _buffer;
    private readonly Connections _connections = new();
    private readonly Rule? _prefix;
    private readonly List<Rule> _rules;
    private readonly List<Rule> _ignored;
    private readonly bool _ignoreFirst;
    private UnixTime _lastDate = UnixTime.None;

    private LineEngine(FilterDefinition definition, List<DateTemplate> templates, Rule? prefix, List<Rule> rules, List<Rule> ignored)
    {
        _dates = new DateDetector(templates);
        _buffer = new LineBuffer(definition.MaxLines);
        _prefix = prefix;
        _rules = rules;
        _ignored = ignored;
        // Where there are few of them they are asked first, else only about lines that match.
        _ignoreFirst = ignored.Count > 0 && ignored.Count < rules.Count - 2;
        IsMultiLine = definition.MaxLines > 1;
    }

    /// <summary>The expressions of failures, in order.</summary>
    public IReadOnlyList<Rule> Rules => _rules;

    /// <summary>The expression that comes first; null where there is none.</summary>
    public Rule? Prefix => _prefix;

    /// <summary>Whether expressions may span several lines, so that every line must be fed in.</summary>
    public bool IsMultiLine { get; }

    /// <summary>Takes warnings about expressions that are too slow; each is told once.</summary>
    public Action<string>? Warn { get; set; }

    /// <summary>Builds the engine.</summary>
    /// <param name="definition">The filter.</param>
    /// <param name="thisYear">The current year, for date patterns.</param>
    /// <param name="problems">Takes every expression or pattern that is not valid.</param>
    /// <returns>The engine; null where there are problems.</returns>
    public static LineEngine? Build(FilterDefinition definition, int thisYear, ICollection<Problem> problems)
    {
        int before = problems.Count;
        bool multiline = definition.MaxLines > 1;
        // fail2ban sets the multi-line flag for failregex only.
        Rule? prefix = definition.PrefRegex is { } source ? Made(source, false, "prefregex") : null;
        var rules = definition.FailRegexes.Select(regex => Made(regex, multiline, "failregex")).OfType<Rule>().ToList();
        var ignored = definition.IgnoreRegexes.Select(regex => Made(regex, false, "ignoreregex")).OfType<Rule>().ToList();
        foreach (Rule rule in rules.Where(rule => !rule.HasIdentity && prefix?.HasIdentity != true))
        {
            problems.Add(new Problem(
                $"the failregex '{rule.Regex.Source}' cannot tell whom a line is about", definition.Path, "put <HOST> or <ADDR> into it") { Line = 1 });
        }

        if (!new DatePatterns(thisYear).Templates(definition.DatePatterns).TryGet(out List<DateTemplate>? templates, out Problem? bad))
        {
            problems.Add(bad with { On = definition.Path, Line = 1 });
        }

        return problems.Count == before ? new LineEngine(definition, templates!, prefix, rules, ignored) : null;

        Rule? Made(string regex, bool multi, string option)
        {
            if (Rule.Build(regex, definition.CaptureNames, multi).TryGet(out Rule? rule, out Problem? problem))
            {
                return rule;
            }

            problems.Add(new Problem($"{option}: {problem.What}", definition.Path, problem.Hint) { Line = 1 });
            return null;
        }
    }

    /// <summary>Processes one line of a file.</summary>
    /// <param name="line">The line, without its line end.</param>
    /// <param name="clock">The time it is and the log's zone.</param>
    /// <returns>What it says; null where nothing matched. <see cref="Failure.Host"/> may yet be unknown.</returns>
    public Failure? Process(string line, in DateClock clock)
    {
        UnixTime date = UnixTime.None;
        string text = line;
        if (_dates.Find(line, clock.Now.Seconds) is { } found)
        {
            Group cut = found.Match.Groups[1];
            if (cut.Length > 0 && found.Template.Read(found.Match, clock) is { } time)
            {
                date = _lastDate = time;
                text = Cut(line, cut);
            }
            else if (cut.Length == 0 && !IsLastDateFresh(clock))
            {
                // A pattern that may match nothing: there is no date, and none is missed.
                date = clock.Now;
            }
            else if (!IsLastDateFresh(clock))
            {
                text = Cut(line, cut);
            }
        }

        if (!date.IsKnown && IsLastDateFresh(clock))
        {
            date = _lastDate;
        }

        return Match(text, date);
    }

    /// <summary>Processes one line whose time is known: a journal entry's.</summary>
    public Failure? Process(string line, UnixTime time)
    {
        _lastDate = time;
        return Match(line, time);
    }

    private bool IsLastDateFresh(in DateClock clock) => _lastDate.IsKnown && _lastDate > clock.Now - LastDateLasts;

    private static string Cut(string line, Group date) =>
        date.Index == 0 ? line[date.Length..] : string.Concat(line.AsSpan(0, date.Index), line.AsSpan(date.Index + date.Length));

    private Failure? Match(string text, UnixTime time)
    {
        string searched = _buffer.Add(text);
        if (_ignoreFirst && IsIgnored(searched))
        {
            return null;
        }

        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        if (_prefix is not null)
        {
            if (Search(_prefix, searched) is not { } prefix)
            {
                return null;
            }

            _prefix.Collect(prefix, fields);
            if (fields.Remove("content", out string? content) && content.Length > 0)
            {
                _buffer.Replace(content);
                searched = content + "\n";
            }
        }

        for (int index = 0; index < _rules.Count; index++)
        {
            Rule rule = _rules[index];
            if (Search(rule, searched) is not { } match)
            {
                continue;
            }

            string matched = _buffer.Take(searched, match, rule, out int lines);
            if (!_ignoreFirst && IsIgnored(matched))
            {
                return null;
            }

            rule.Collect(match, fields);
            return Conclude(new Failure(fields) { Rule = index, Time = time }, lines);
        }

        return null;
    }

    private Failure Conclude(Failure failure, int lines)
    {
        if (failure.Fields.GetValueOrDefault("mlfid") is { } id)
        {
            failure = _connections.Merge(id, failure, lines);
            failure.Pending |= !failure.Harmless && failure.Id is null;
        }
        else
        {
            failure.Harmless = failure.Fields.GetValueOrDefault("nofail") is { Length: > 0 };
            failure.Lines = lines;
        }

        return failure;
    }

    private bool IsIgnored(string text) => _ignored.Exists(rule => Search(rule, text) is not null);

    private Match? Search(Rule rule, string text)
    {
        Match? match = rule.Regex.Search(text);
        if (rule.Regex.Warning is { } warning)
        {
            Warn?.Invoke(warning);
        }

        return match;
    }
}
