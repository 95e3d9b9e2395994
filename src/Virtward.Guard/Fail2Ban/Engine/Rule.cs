using System.Text.RegularExpressions;
using Virtward.Core.Results;
using Virtward.Guard.Fail2Ban.Patterns;

namespace Virtward.Guard.Fail2Ban.Engine;

/// <summary>One expression of a filter, and what its groups mean.</summary>
public sealed class Rule
{
    private static readonly string[] Identities = ["fid", "ip4", "ip6", "dns", "mlfid"];

    private readonly (string Group, string Target)[] _alternatives;
    private readonly string[] _groups;
    private readonly string[] _skips;

    private Rule(GuardedRegex regex)
    {
        Regex = regex;
        _skips = [.. regex.GroupNames.Where(name => name.StartsWith("skiplines", StringComparison.Ordinal))];
        _groups = [.. regex.GroupNames.Except(_skips)];
        // alt_user, alt_user_1 … stand in for user where it is empty; in the order of their names.
        _alternatives = [.. _groups.Where(name => name.StartsWith("alt_", StringComparison.Ordinal) && name.Length > 4)
            .Order(StringComparer.Ordinal).Select(name => (name, Target(name)))];
    }

    /// <summary>The expression.</summary>
    public GuardedRegex Regex { get; }

    /// <summary>Whether it can tell whom a line is about.</summary>
    public bool HasIdentity => Identities.Any(Regex.GroupNames.Contains);

    /// <summary>Builds it.</summary>
    public static Result<Rule> Build(string source, bool captureNames, bool multiline) =>
        GuardedRegex.Build(source, captureNames, multiline).TryGet(out GuardedRegex? regex, out Problem? problem)
            ? new Rule(regex)
            : problem;

    /// <summary>The groups of a match that took part in it, alternatives filled in.</summary>
    /// <param name="match">The match.</param>
    /// <param name="into">Takes them, over what is there.</param>
    public void Collect(Match match, Dictionary<string, string> into)
    {
        foreach (string name in _groups)
        {
            if (match.Groups[name] is { Success: true } group)
            {
                into[name] = group.Value;
            }
        }

        foreach ((string group, string target) in _alternatives)
        {
            if (match.Groups[group] is { Success: true, Length: > 0 } alternative && string.IsNullOrEmpty(into.GetValueOrDefault(target)))
            {
                into[target] = alternative.Value;
            }
        }
    }

    /// <summary>The lines that <c>&lt;SKIPLINES&gt;</c> passed over.</summary>
    public IReadOnlyList<string> Skipped(Match match) =>
        [.. _skips.SelectMany(name => match.Groups[name].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries))];

    // alt_user_2 → user; the names that tags map (F-ID, F-PORT) are mapped here too.
    private static string Target(string name)
    {
        string target = name[4..];
        int number = target.LastIndexOf('_');
        if (number > 0 && number + 1 < target.Length && target.AsSpan(number + 1).IndexOfAnyExceptInRange('0', '9') < 0)
        {
            target = target[..number];
        }

        return target switch { "id" => "fid", "port" => "fport", _ => target };
    }
}
