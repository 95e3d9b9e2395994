using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Guard.Filters.Templates;

namespace Virtward.Guard.Filters.Regexes;

/// <summary>
/// An administrator's regular expression over log text, which an attacker may write: it runs behind its required literals, and never
/// longer than <see cref="TimeLimit"/>. It begins with the backtracking engine, several times faster on lines that mean no harm; the first
/// line that runs into the limit moves it, for good, to the engine without backtracking, where the pattern allows that.
/// </summary>
public sealed class RegexMatcher
{
    /// <summary>How many time limits a pattern may run into before it is switched off.</summary>
    public const int MostStrikes = 5;

    private const int LongestPattern = 16_384;

    private readonly string _rule;
    private readonly RequiredLiterals _literals;
    private Regex _regex;
    private Regex? _linear;
    private int _strikes;

    private RegexMatcher(string rule, Regex regex, Regex? linear, RequiredLiterals literals)
    {
        _rule = rule;
        _regex = regex;
        _linear = linear;
        _literals = literals;
    }

    /// <summary>How long one match may take.</summary>
    public static TimeSpan TimeLimit { get; } = TimeSpan.FromMilliseconds(50);

    /// <summary>What makes the pattern slow or easy to mislead; empty where nothing does.</summary>
    public ImmutableArray<string> Warnings { get; private init; }

    /// <summary>Whether the pattern ran into its time limit too often and is not used any more.</summary>
    public bool IsOff => _strikes >= MostStrikes;

    /// <summary>Makes a matcher.</summary>
    /// <param name="rule">The rule's name, for messages.</param>
    /// <param name="pattern">The pattern, .NET's syntax, with the groups <c>ip</c> and <c>user</c>.</param>
    /// <param name="needsAddress">Whether it must have the group <c>ip</c>.</param>
    public static Result<RegexMatcher> Create(string rule, string pattern, bool needsAddress)
    {
        if (pattern.Length > LongestPattern)
        {
            return new Problem($"the regular expression of rule '{rule}' is longer than {LongestPattern} characters");
        }

        if (!TryCompile(pattern, RegexOptions.Compiled, out Regex? regex, out string? wrong))
        {
            return new Problem($"the regular expression of rule '{rule}' cannot be read: {wrong}");
        }

        if (needsAddress && !regex.GetGroupNames().Contains("ip"))
        {
            return new Problem($"the regular expression of rule '{rule}' has no group 'ip'", Hint: "write (?<ip>\\S+) where the address stands");
        }

        _ = TryCompile(pattern, RegexOptions.NonBacktracking, out Regex? linear, out _);
        var literals = RequiredLiterals.Of(pattern);
        return new RegexMatcher(rule, regex, linear, literals) { Warnings = [.. Warn(rule, pattern, linear is not null, literals)] };
    }

    /// <summary>Searches a text.</summary>
    /// <param name="text">The text; read as UTF-8, a byte that is none as U+FFFD.</param>
    /// <param name="match">What was found; meaningless where nothing was.</param>
    /// <param name="report">Told once, when the pattern is switched off.</param>
    public bool TryMatch(ReadOnlySpan<byte> text, ref TemplateMatch match, Action<Problem>? report)
    {
        if (IsOff || !_literals.MayMatch(text))
        {
            return false;
        }

        try
        {
            Match found = _regex.Match(Encoding.UTF8.GetString(text));
            return found.Success && Take(found, ref match);
        }
        catch (RegexMatchTimeoutException)
        {
            if (_linear is not null)
            {
                _regex = _linear;
                _linear = null;
            }
            else if (++_strikes == MostStrikes)
            {
                report?.Invoke(new Problem(
                    $"the regular expression of rule '{_rule}' is switched off: {MostStrikes} times a line took it longer than {TimeLimit.TotalMilliseconds} ms",
                    Hint: "rewrite it without nested repetitions, or as a template"));
            }

            return false;
        }
    }

    private static bool Take(Match found, ref TemplateMatch match)
    {
        if (found.Groups["ip"] is { Success: true } ip)
        {
            ReadOnlySpan<char> text = ip.ValueSpan.TrimStart('[').TrimEnd(']');
            int zone = text.IndexOf('%');
            if (!Address.TryParse((zone < 0 ? text : text[..zone]).ToString(), out Address address))
            {
                return false; // A host name: never resolved.
            }

            match.Address = address;
            match.HasAddress = true;
        }

        if (found.Groups["user"] is { Success: true } user)
        {
            match.User = Encoding.UTF8.GetBytes(user.Value);
        }

        return true;
    }

    private static bool TryCompile(string pattern, RegexOptions engine, [NotNullWhen(true)] out Regex? regex, out string? wrong)
    {
        try
        {
            regex = new Regex(pattern, engine | RegexOptions.CultureInvariant, TimeLimit);
            wrong = null;
            return true;
        }
        catch (NotSupportedException e)
        {
            wrong = e.Message; // Back references, look-around: not without backtracking.
        }
        catch (ArgumentException e)
        {
            wrong = e.Message;
        }

        regex = null;
        return false;
    }

    private static IEnumerable<string> Warn(string rule, string pattern, bool linear, RequiredLiterals literals)
    {
        if (literals.AnyOf.IsEmpty)
        {
            yield return $"the regular expression of rule '{rule}' requires no fixed text of {RequiredLiterals.ShortestLiteral} or more characters: it runs on every line, which is slow";
        }

        if (!linear)
        {
            yield return $"the regular expression of rule '{rule}' needs backtracking (back references or look-around): a hostile line may take it to its time limit";
        }

        bool start = pattern.StartsWith('^') || pattern.StartsWith("\\A", StringComparison.Ordinal);
        bool end = pattern.EndsWith('$') || pattern.EndsWith("\\z", StringComparison.Ordinal) || pattern.EndsWith("\\Z", StringComparison.Ordinal);
        if (!start || !end)
        {
            yield return $"the regular expression of rule '{rule}' is not anchored with ^ and $: text that an attacker chooses may forge the address";
        }
    }
}
