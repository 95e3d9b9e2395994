using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Virtward.Core.Results;

namespace Virtward.Guard.Fail2Ban.Patterns;

/// <summary>
/// An administrator's regular expression, run so that no line can hang the guard. It starts out with the fast, backtracking engine
/// under a time limit; the first line that reaches it (twice) moves it to the linear engine for good, or, where that cannot take
/// the pattern (back references, look-arounds, conditions), costs a strike; with the last strike it is switched off.
/// </summary>
public sealed class GuardedRegex
{
    /// <summary>The longest time for one line; a sane match takes some microseconds.</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromMilliseconds(50);

    /// <summary>How often it may reach the limit before it is switched off.</summary>
    public const int Strikes = 5;

    /// <summary>After this many runs it is worth the milliseconds that compiling to machine code takes.</summary>
    private const int CompileAfter = 2_000;

    private readonly RegexOptions _options;
    private readonly string _pattern;
    private Regex _engine;
    private int _runs;
    private int _strikes;

    private GuardedRegex(string source, string pattern, RegexOptions options)
    {
        Source = source;
        _pattern = pattern;
        _options = options;
        _engine = new Regex(pattern, options, TimeLimit);
        GroupNames = [.. _engine.GetGroupNames().Where(name => !char.IsAsciiDigit(name[0]) && !name.EndsWith('_'))];
    }

    /// <summary>The expression as the filter has it, tags and all: what a rule is named by.</summary>
    public string Source { get; }

    /// <summary>The pattern in .NET's dialect, tags replaced.</summary>
    public string Pattern => _pattern;

    /// <summary>The names of its groups.</summary>
    public IReadOnlyList<string> GroupNames { get; }

    /// <summary>Whether it was switched off for being too slow too often.</summary>
    public bool IsDisabled => _strikes >= Strikes;

    /// <summary>Whether the linear engine serves it, now or after a first slow line, so that it can never be slow for long.</summary>
    public bool CanBeLinear => Linear() is not null;

    /// <summary>What went wrong at the last match, to be told once; null where nothing did.</summary>
    public string? Warning { get; private set; }

    /// <summary>Builds it.</summary>
    /// <param name="source">The expression in Python's dialect, with tags.</param>
    /// <param name="captureNames">Whether <c>&lt;HOST&gt;</c> takes host names.</param>
    /// <param name="multiline">Whether <c>^</c> and <c>$</c> match at every line of a buffer of several.</param>
    public static Result<GuardedRegex> Build(string source, bool captureNames, bool multiline)
    {
        string pattern = PythonRegex.ToDotNet(RegexTags.Expand(source, captureNames));
        if (pattern.AsSpan().Trim().IsEmpty)
        {
            return new Problem("an expression is empty", null, "remove it");
        }

        try
        {
            // Only named groups are ever asked for; Python's numbers were turned into names where a pattern refers to them.
            return new GuardedRegex(source, pattern, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | (multiline ? RegexOptions.Multiline : RegexOptions.None));
        }
        catch (ArgumentException failure)
        {
            return new Problem($"'{source}' is no valid regular expression: {failure.Message}");
        }
    }

    /// <summary>The number of a named group, for <see cref="Match.Groups"/>.</summary>
    public int NumberOf(string group) => _engine.GroupNumberFromName(group);

    /// <summary>Searches a text; null where it does not match, or could not be found to in time.</summary>
    public Match? Search(string text)
    {
        Warning = null;
        if (IsDisabled)
        {
            return null;
        }

        if (++_runs == CompileAfter && RuntimeFeature.IsDynamicCodeCompiled && (_engine.Options & RegexOptions.NonBacktracking) == 0)
        {
            _engine = new Regex(_pattern, _options | RegexOptions.Compiled, TimeLimit);
        }

        // The limit is in time on the wall, which also passes while a busy machine runs something else: the second try decides.
        Match? match = Try(text, out bool inTime);
        match = inTime ? match : Try(text, out inTime);
        return inTime ? match : AfterTimeout(text);
    }

    private Match? Try(string text, out bool inTime)
    {
        try
        {
            inTime = true;
            Match match = _engine.Match(text);
            return match.Success ? match : null;
        }
        catch (RegexMatchTimeoutException)
        {
            inTime = false;
            return null;
        }
    }

    private Match? AfterTimeout(string text)
    {
        if ((_engine.Options & RegexOptions.NonBacktracking) == 0 && Linear() is { } linear)
        {
            _engine = linear;
            Warning = $"a line took over {TimeLimit.TotalMilliseconds} ms to match '{Source}', which now runs on the slower, linear engine";
            return Try(text, out _);
        }

        _strikes++;
        if (IsDisabled)
        {
            Warning = $"{Strikes} lines took over {TimeLimit.TotalMilliseconds} ms each to match '{Source}', which is switched off";
        }

        return null;
    }

    private Regex? Linear()
    {
        try
        {
            return new Regex(_pattern, _options | RegexOptions.NonBacktracking, TimeLimit);
        }
        catch (Exception failure) when (failure is NotSupportedException or ArgumentException)
        {
            return null;
        }
    }
}
