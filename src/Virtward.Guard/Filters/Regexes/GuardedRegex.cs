using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Virtward.Core.Results;
using Virtward.Guard.Filters.Regexes.Bytes;

namespace Virtward.Guard.Filters.Regexes;

/// <summary>
/// An administrator's regular expression over bytes that an attacker may have written, run so that no line can hang the guard. ASCII
/// lines are matched as bytes, within a budget (<see cref="BytePattern"/>). What that does not know, and lines with other characters, go
/// to .NET's backtracking engine under a time limit; the first line that reaches it (twice) moves it to the linear engine for
/// good, or, where that cannot take the pattern (back references, look-arounds, conditions), costs a strike; with the last strike the
/// expression is switched off.
/// </summary>
public sealed class GuardedRegex
{
    /// <summary>The longest time for one line; a sane match takes some microseconds.</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromMilliseconds(50);

    /// <summary>How often it may reach the limit before it is switched off.</summary>
    public const int Strikes = 5;

    /// <summary>After this many runs it is worth the milliseconds that compiling to machine code takes.</summary>
    private const int CompileAfter = 2_000;

    private readonly string _name;
    private bool _isCompiled;
    private readonly int[] _groups;
    private Regex _engine;
    private int _runs;
    private int _strikes;

    private GuardedRegex(string name, Regex engine)
    {
        _name = name;
        _engine = engine;
        _groups = new int[3 * (engine.GetGroupNumbers().Max() + 1)];
        GroupNames = [.. engine.GetGroupNames().Where(group => !char.IsAsciiDigit(group[0]) && !group.EndsWith('_'))];
    }

    /// <summary>The pattern.</summary>
    public string Pattern => _engine.ToString();

    /// <summary>The names of its groups.</summary>
    public IReadOnlyList<string> GroupNames { get; }

    /// <summary>Whether lines of ASCII are matched as bytes.</summary>
    public bool MatchesBytes => Bytes is not null;

    /// <summary>Whether it was switched off for being too slow too often.</summary>
    public bool IsDisabled => _strikes >= Strikes;

    /// <summary>Whether the linear engine serves it, now or after a first slow line, so that it can never be slow for long.</summary>
    public bool CanBeLinear => Linear() is not null;

    /// <summary>What went wrong at the last match, to be told once; null where nothing did.</summary>
    public string? Warning { get; private set; }

    /// <summary>Builds it.</summary>
    /// <param name="name">What it is called in messages.</param>
    /// <param name="pattern">The pattern, in .NET's dialect; only its named groups are ever asked for.</param>
    /// <param name="options">How it is meant.</param>
    public static Result<GuardedRegex> Build(string name, string pattern, RegexOptions options = RegexOptions.None)
    {
        try
        {
            return new GuardedRegex(name, new Regex(pattern, options | RegexOptions.CultureInvariant, TimeLimit));
        }
        catch (ArgumentException failure)
        {
            return new Problem($"{name} cannot be read: {failure.Message}");
        }
    }

    /// <summary>The number of a named group, for <see cref="Group"/>; -1: there is none of the name.</summary>
    public int NumberOf(string group) => _engine.GroupNumberFromName(group);

    /// <summary>Whether a text that begins with a byte may match.</summary>
    public bool MayBeginWith(byte first) => Bytes?.Excludes(first) != true;

    /// <summary>Whether a text that begins with a few bytes may match.</summary>
    public bool MayBeginWith(ReadOnlySpan<byte> head) => Bytes?.ExcludesHead(head) != true;

    /// <summary>Searches a text.</summary>
    /// <param name="text">The text; read as UTF-8, a byte that is none as U+FFFD.</param>
    /// <returns>Whether it matches; false too where that could not be found out in time.</returns>
    public bool IsMatch(ReadOnlySpan<byte> text) => IsMatch(text, Ascii.IsValid(text));

    /// <summary>Searches a text of which it is known whether it is ASCII.</summary>
    /// <param name="text">The text; read as UTF-8, a byte that is none as U+FFFD.</param>
    /// <param name="ascii">Whether it is ASCII.</param>
    /// <returns>Whether it matches; false too where that could not be found out in time.</returns>
    public bool IsMatch(ReadOnlySpan<byte> text, bool ascii)
    {
        Warning = null;
        BytePattern? bytes = Bytes;
        if (IsDisabled || bytes?.Excludes(text) == true)
        {
            return false;
        }

        return (ascii ? bytes?.Search(text, _groups) : null) ?? Decoded(text, ascii);
    }

    /// <summary>Where a group of the last match stands in its text, 0 being the match itself; null where it took no part.</summary>
    public Range? Group(int number) => TryGroup(number, out int start, out int end) ? start..end : null;

    /// <summary>Where a group of the last match stands in its text.</summary>
    /// <param name="number">The group's number.</param>
    /// <param name="start">Where it starts.</param>
    /// <param name="end">Where it ends.</param>
    /// <returns>Whether it took part.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGroup(int number, out int start, out int end)
    {
        ReadOnlySpan<int> group = _groups.AsSpan(3 * number, 2);
        (start, end) = (group[0], group[1]);
        return start >= 0;
    }

    // Compiled when it is first asked for.
    private BytePattern? Bytes
    {
        get
        {
            if (!_isCompiled)
            {
                (field, _isCompiled) = (BytePattern.Compile(_engine), true);
            }

            return field;
        }
    }

    private bool Decoded(ReadOnlySpan<byte> text, bool ascii)
    {
        if (++_runs == CompileAfter && RuntimeFeature.IsDynamicCodeCompiled && (_engine.Options & RegexOptions.NonBacktracking) == 0)
        {
            _engine = new Regex(Pattern, _engine.Options | RegexOptions.Compiled, TimeLimit);
        }

        // The limit is in time on the wall, which also passes while a busy machine runs something else: the second try decides.
        string decoded = Encoding.UTF8.GetString(text);
        Match? match = Try(decoded, out bool inTime);
        match = inTime ? match : Try(decoded, out inTime);
        match = inTime ? match : AfterTimeout(decoded);
        if (match is null)
        {
            return false;
        }

        _groups.AsSpan().Fill(-1);
        foreach (int number in _engine.GetGroupNumbers())
        {
            if (match.Groups[number] is { Success: true } group)
            {
                _groups[3 * number] = ascii ? group.Index : Utf8Offset.Of(text, group.Index);
                _groups[(3 * number) + 1] = ascii ? group.Index + group.Length : Utf8Offset.Of(text, group.Index + group.Length);
            }
        }

        return true;
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
            Warning = $"a line took over {TimeLimit.TotalMilliseconds} ms to match {_name}, which now runs on the slower, linear engine";
            return Try(text, out _);
        }

        _strikes++;
        if (IsDisabled)
        {
            Warning = $"{Strikes} lines took over {TimeLimit.TotalMilliseconds} ms each to match {_name}, which is switched off";
        }

        return null;
    }

    private Regex? Linear()
    {
        try
        {
            return new Regex(Pattern, (_engine.Options & ~RegexOptions.Compiled) | RegexOptions.NonBacktracking, TimeLimit);
        }
        catch (Exception failure) when (failure is NotSupportedException or ArgumentException)
        {
            return null;
        }
    }
}
