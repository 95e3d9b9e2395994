using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Guard.Fail2Ban.Config;
using Virtward.Guard.Fail2Ban.Dates;
using Virtward.Guard.Filters.Regexes;

namespace Virtward.Guard.Fail2Ban.Engine;

/// <summary>
/// Runs one filter over lines as fail2ban does: the date is found and cut out, <c>prefregex</c> narrows the line, the first
/// <c>failregex</c> that matches counts unless an <c>ignoreregex</c> matches too, and lines of one connection are joined.
/// </summary>
public sealed class LineEngine
{
    /// <summary>A line without a date has the last one, if that is not older than this.</summary>
    private static readonly TimeSpan LastDateLasts = TimeSpan.FromSeconds(60);

    /// <summary>So much of a line that was passed over is kept, for its date.</summary>
    private const int SkippedBytes = 256;

    private readonly DateDetector _dates;
    private readonly LineBuffer _buffer;
    private readonly Connections _connections = new();
    private readonly Rule? _prefix;
    private readonly List<Rule> _rules;
    private readonly List<Rule> _ignored;
    private readonly bool _ignoreFirst;
    private readonly Lazy<RulesByFirst> _byFirst;
    private readonly byte[] _skipped = new byte[SkippedBytes];
    private int _skippedLength;
    private bool _isAscii;
    private readonly SameStamp _stamp = new();
    private byte[] _text = new byte[1024];
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
        // At the first line: to know it costs all expressions' compilation.
        _byFirst = new Lazy<RulesByFirst>(() => new RulesByFirst(rules), LazyThreadSafetyMode.None);
    }

    /// <summary>The expressions of failures, in order.</summary>
    public IReadOnlyList<Rule> Rules => _rules;

    /// <summary>The expression that comes first; null where there is none.</summary>
    public Rule? Prefix => _prefix;

    /// <summary>Which failregexes may match, by the first byte of the text that they are asked about.</summary>
    public RulesByFirst ByFirst => _byFirst.Value;

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
            problems.Add(definition.About(
                "failregex", $"the failregex '{rule.Source}' cannot tell whom a line is about", "put <HOST> or <ADDR> into it"));
        }

        if (!new DatePatterns(thisYear).Templates(definition.DatePatterns).TryGet(out List<DateTemplate>? templates, out Problem? bad))
        {
            problems.Add(definition.About("datepattern", bad.What, bad.Hint));
        }

        return problems.Count == before ? new LineEngine(definition, templates!, prefix, rules, ignored) : null;

        Rule? Made(string regex, bool multi, string option)
        {
            if (Rule.Build(regex, definition.CaptureNames, multi).TryGet(out Rule? rule, out Problem? problem))
            {
                return rule;
            }

            problems.Add(definition.About(option, $"{option}: {problem.What}", problem.Hint));
            return null;
        }
    }

    /// <summary>Processes one line of a file.</summary>
    /// <param name="line">The line's bytes, without its line end; what is no UTF-8 becomes U+FFFD.</param>
    /// <param name="clock">The time it is and the log's zone.</param>
    /// <param name="candidates">The failregexes worth trying, one bit each, as <see cref="Prefilter"/> has it.</param>
    /// <returns>
    /// What it says; null where nothing matched. <see cref="Failure.Host"/> may yet be unknown. It holds until the next line.
    /// </returns>
    public Failure? Process(ReadOnlySpan<byte> line, in DateClock clock, ulong candidates = ulong.MaxValue)
    {
        _isAscii = Ascii.IsValid(line);
        if (!_isAscii && !Utf8.IsValid(line))
        {
            // From here on equal texts are equal bytes.
            line = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(line));
        }

        if (_stamp.Covers(line, out UnixTime stamped))
        {
            _dates.Repeat(clock.Now.Seconds);
            _skippedLength = 0;
            _lastDate = stamped;
            return Match(Joined(line[.._stamp.Start], line[_stamp.End..]), _lastDate, candidates);
        }

        UnixTime date = UnixTime.None;
        string text = Encoding.UTF8.GetString(line);
        (int start, int end) = (0, 0);
        if (Find(text, clock) is { } found)
        {
            Group cut = found.Match.Groups[1];
            if (cut.Length > 0 && found.Template.Read(found.Match, clock) is { } time)
            {
                date = _lastDate = time;
                (start, end) = (cut.Index, cut.Index + cut.Length);
                _stamp.Keep(line, found, time);
            }
            else if (!LastDate(clock).IsKnown)
            {
                // A pattern that may match nothing: there is no date, and none is missed. Or fields that make no date.
                date = cut.Length == 0 ? clock.Now : UnixTime.None;
                (start, end) = (cut.Index, cut.Index + cut.Length);
            }
        }

        _skippedLength = date.IsKnown ? 0 : _skippedLength;
        if (text.Length != line.Length)
        {
            (start, end) = (Utf8Offset.Of(line, start), Utf8Offset.Of(line, end));
        }

        return Match(Joined(line[..start], line[end..]), date.IsKnown ? date : LastDate(clock), candidates);
    }

    /// <summary>
    /// Passes over a line that no expression can match, without looking at it; its date is found only if a later line without one
    /// asks for the last known.
    /// </summary>
    /// <param name="line">The line.</param>
    public void Skip(ReadOnlySpan<byte> line)
    {
        _skippedLength = Math.Min(line.Length, SkippedBytes);
        line[.._skippedLength].CopyTo(_skipped);
    }

    /// <summary>Processes one line whose time is known: a journal entry's.</summary>
    /// <param name="line">The entry as a line: host, program and message.</param>
    /// <param name="time">Its time.</param>
    /// <param name="candidates">The failregexes worth trying, one bit each.</param>
    public Failure? Process(string line, UnixTime time, ulong candidates = ulong.MaxValue)
    {
        _lastDate = time;
        _isAscii = Ascii.IsValid(line);
        return Match(Encoding.UTF8.GetBytes(line + "\n"), time, candidates);
    }

    private DateFound? Find(string line, in DateClock clock)
    {
        _stamp.Clear();
        return _dates.Find(line, clock.Now.Seconds);
    }

    // What a line without a date has: the last line's, unless that is long ago.
    private UnixTime LastDate(in DateClock clock)
    {
        if (_skippedLength > 0)
        {
            string skipped = Encoding.UTF8.GetString(_skipped, 0, _skippedLength);
            _skippedLength = 0;
            if (Find(skipped, clock) is { } found && found.Template.Read(found.Match, clock) is { } time)
            {
                _lastDate = time;
            }
        }

        return _lastDate.IsKnown && (!clock.IsLive || _lastDate > clock.Now - LastDateLasts) ? _lastDate : UnixTime.None;
    }

    private ReadOnlySpan<byte> Joined(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        int length = before.Length + after.Length + 1;
        if (_text.Length < length)
        {
            _text = new byte[Math.Max(length, 2 * _text.Length)];
        }

        // Most stamps begin the line.
        if (!before.IsEmpty)
        {
            before.CopyTo(_text);
        }

        after.CopyTo(_text.AsSpan(before.Length));
        _text[length - 1] = (byte)'\n';
        return _text.AsSpan(0, length);
    }

    private Failure? Match(ReadOnlySpan<byte> text, UnixTime time, ulong candidates)
    {
        ReadOnlySpan<byte> searched = _buffer.Add(text);
        _isAscii = IsMultiLine ? Ascii.IsValid(searched) : _isAscii;
        if (_ignoreFirst && IsIgnored(searched))
        {
            return null;
        }

        ReadOnlySpan<byte> whole = searched;
        if (_prefix is not null)
        {
            if (!Matches(_prefix, searched))
            {
                return null;
            }

            ReadOnlySpan<byte> content = _prefix.Content(searched);
            if (content != searched)
            {
                _buffer.Replace(content);
                searched = content;
            }
        }

        int index = FirstMatching(searched, candidates);
        if (index < 0)
        {
            return null;
        }

        Rule rule = _rules[index];
        ReadOnlySpan<byte> matched = _buffer.Take(searched, rule, out int lines);
        if (!_ignoreFirst && IsIgnored(matched))
        {
            return null;
        }

        Failure failure = _connections.Line();
        (failure.Rule, failure.Time) = (index, time);
        _prefix?.Collect(whole, failure.Fields);
        rule.Collect(searched, failure.Fields);
        return Conclude(failure, lines);
    }

    // The index of the first failregex that matches; -1: none.
    private int FirstMatching(ReadOnlySpan<byte> text, ulong candidates)
    {
        for (candidates &= ByFirst.Of(text); candidates != 0; candidates &= candidates - 1)
        {
            int index = BitOperations.TrailingZeroCount(candidates);
            for (int end = index == RulesByFirst.LastBit ? _rules.Count : index + 1; index < end; index++)
            {
                if (Matches(_rules[index], text))
                {
                    return index;
                }
            }
        }

        return -1;
    }

    private Failure Conclude(Failure failure, int lines)
    {
        if (failure.Fields.Took(Field.Connection))
        {
            failure = _connections.Merge(failure, lines);
            failure.Pending |= !failure.Harmless && !failure.HasId;
        }
        else
        {
            failure.Harmless = failure.Fields.Has(Field.Harmless);
            failure.Lines = lines;
        }

        return failure;
    }

    private bool IsIgnored(ReadOnlySpan<byte> text)
    {
        foreach (Rule rule in _ignored)
        {
            if (Matches(rule, text))
            {
                return true;
            }
        }

        return false;
    }

    private bool Matches(Rule rule, ReadOnlySpan<byte> text)
    {
        bool found = rule.Regex.IsMatch(text, _isAscii);
        if (rule.Regex.Warning is { } warning)
        {
            Warn?.Invoke(warning);
        }

        return found;
    }
}
