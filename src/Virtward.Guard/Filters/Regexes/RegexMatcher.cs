using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Guard.Filters.Templates;

namespace Virtward.Guard.Filters.Regexes;

/// <summary>
/// The regular expression of a rule, over log text that an attacker may write: it runs behind its required literals, guarded.
/// </summary>
public sealed class RegexMatcher
{
    private const int LongestPattern = 16_384;

    private readonly GuardedRegex _regex;
    private readonly RequiredLiterals _literals;
    private readonly int _address;
    private readonly int _user;

    private RegexMatcher(GuardedRegex regex, RequiredLiterals literals)
    {
        _regex = regex;
        _literals = literals;
        _address = regex.NumberOf("ip");
        _user = regex.NumberOf("user");
    }

    /// <summary>What makes the pattern slow or easy to mislead; empty where nothing does.</summary>
    public ImmutableArray<string> Warnings { get; private init; }

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

        if (!GuardedRegex.Build($"the regular expression of rule '{rule}'", pattern).TryGet(out GuardedRegex? regex, out Problem? problem))
        {
            return problem;
        }

        if (needsAddress && regex.NumberOf("ip") < 0)
        {
            return new Problem($"the regular expression of rule '{rule}' has no group 'ip'", Hint: "write (?<ip>\\S+) where the address stands");
        }

        var literals = RequiredLiterals.Of(pattern);
        return new RegexMatcher(regex, literals) { Warnings = [.. Warn(rule, pattern, regex.CanBeLinear, literals)] };
    }

    /// <summary>Searches a text.</summary>
    /// <param name="text">The text; read as UTF-8, a byte that is none as U+FFFD.</param>
    /// <param name="match">What was found, in the text; meaningless where nothing was.</param>
    /// <param name="report">Told once, when the pattern turns out to be slow.</param>
    public bool TryMatch(ReadOnlySpan<byte> text, ref TemplateMatch match, Action<Problem>? report)
    {
        bool found = _literals.MayMatch(text) && _regex.IsMatch(text);
        if (found)
        {
            return Take(text, ref match);
        }

        if (_regex.Warning is { } warning)
        {
            report?.Invoke(new Problem(warning, Hint: "rewrite it without nested repetitions, or as a template"));
        }

        return false;
    }

    private bool Take(ReadOnlySpan<byte> text, ref TemplateMatch match)
    {
        if (_address >= 0 && _regex.Group(_address) is { } ip)
        {
            ReadOnlySpan<byte> address = text[ip].TrimStart((byte)'[').TrimEnd((byte)']');
            int zone = address.IndexOf((byte)'%');
            if (!Address.TryParse(zone < 0 ? address : address[..zone], out Address parsed))
            {
                return false; // A host name: never resolved.
            }

            match.Address = parsed;
            match.HasAddress = true;
        }

        if (_user >= 0 && _regex.Group(_user) is { } user)
        {
            match.User = text[user];
        }

        return true;
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
