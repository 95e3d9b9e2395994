using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Virtward.Core.Time;

namespace Virtward.Guard.Fail2Ban.Dates;

/// <summary>One form that a date may have: where it stands in a line, and what time it means.</summary>
public sealed class DateTemplate
{
    /// <summary>After this many runs it is worth the milliseconds that compiling to machine code takes.</summary>
    private const int CompileAfter = 2_000;

    private readonly int _valueGroup;
    private Regex _expression;
    private int _runs;

    /// <summary>Makes a template; <see cref="DatePatterns"/> knows how its expression is built.</summary>
    /// <param name="name">What it is called, unique among templates that mean the same.</param>
    /// <param name="kind">What its text says.</param>
    /// <param name="regex">The expression; group 1 is what is cut out of a line.</param>
    /// <param name="anchored">Whether it holds on to the begin or end of a line.</param>
    /// <param name="lineBegin">Whether it holds on to the begin.</param>
    /// <param name="weight">How much a hit counts when templates compete.</param>
    /// <param name="valueGroup">The group of the number, for the kinds that are one.</param>
    public DateTemplate(string name, DateKind kind, Regex regex, bool anchored, bool lineBegin, double weight, int valueGroup)
    {
        Name = name;
        Kind = kind;
        _expression = regex;
        IsAnchored = anchored;
        AtLineBegin = lineBegin;
        Weight = weight;
        _valueGroup = valueGroup;
    }

    /// <summary>What it is called.</summary>
    public string Name { get; }

    /// <summary>What its text says.</summary>
    public DateKind Kind { get; }

    /// <summary>Whether it holds on to the begin or end of a line.</summary>
    public bool IsAnchored { get; }

    /// <summary>Whether it holds on to the begin of a line.</summary>
    public bool AtLineBegin { get; }

    /// <summary>How much a hit counts when templates compete.</summary>
    public double Weight { get; }

    /// <summary>Whether it is one of the default forms: those look at most eight characters past what they cut out.</summary>
    public bool IsDefault { get; init; }

    /// <summary>Searches a line; group 1 of the match is what is cut out.</summary>
    /// <param name="line">The line.</param>
    /// <param name="from">Where to begin; the line's begin stays where it is.</param>
    /// <returns>The match; null where there is none, or none was found in time.</returns>
    public Match? Search(string line, int from)
    {
        if (++_runs == CompileAfter && RuntimeFeature.IsDynamicCodeCompiled)
        {
            _expression = new Regex(_expression.ToString(), _expression.Options | RegexOptions.Compiled, _expression.MatchTimeout);
        }

        // A second try, as the limit is in time on the wall, which also passes while a busy machine runs something else.
        for (int tries = 0; tries < 2; tries++)
        {
            try
            {
                Match match = _expression.Match(line, from);
                return match.Success ? match : null;
            }
            catch (RegexMatchTimeoutException)
            {
                continue;
            }
        }

        return null;
    }

    /// <summary>The time that a match means, in whole seconds for stamps of fields; null where it means none (31 February).</summary>
    public UnixTime? Read(Match match, in DateClock clock) => Kind switch
    {
        DateKind.Fields => new DateFieldReader(match).Read(clock),
        DateKind.Epoch => Epoch(match.Groups[_valueGroup].ValueSpan, longForm: false),
        DateKind.LongEpoch => Epoch(match.Groups[_valueGroup].ValueSpan, longForm: true),
        _ => Tai(match.Groups[_valueGroup].ValueSpan),
    };

    private static UnixTime? Epoch(ReadOnlySpan<char> text, bool longForm)
    {
        if (!double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value))
        {
            return null;
        }

        if (longForm && text.Length >= 13)
        {
            value /= text.Length >= 16 && !text.Contains('.') ? 1_000_000 : 1_000;
        }

        return new UnixTime((long)Math.Round(value * 1_000_000));
    }

    // '@', then 2^62 + seconds in 16 hexadecimal digits, then nanoseconds (https://cr.yp.to/libtai/tai64.html). fail2ban leaves the
    // ten seconds between TAI and UTC of 1970 in place; so do we, to mean the same time.
    private static UnixTime? Tai(ReadOnlySpan<char> text) =>
        long.TryParse(text.Slice(2, 15), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long seconds)
            && seconds < long.MaxValue / 1_000_000
            ? UnixTime.FromSeconds(seconds)
            : null;
}
