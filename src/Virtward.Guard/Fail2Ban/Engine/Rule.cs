using System.Text.RegularExpressions;
using Virtward.Core.Results;
using Virtward.Guard.Fail2Ban.Patterns;

namespace Virtward.Guard.Fail2Ban.Engine;

/// <summary>One expression of a filter, and what its groups mean.</summary>
public sealed class Rule
{
    private static readonly string[] Identities = ["fid", "ip4", "ip6", "dns", "mlfid"];

    private readonly (int Group, int Field)[] _fields;
    private readonly (int Group, int Field)[] _alternatives;
    private readonly string[] _skips;
    private readonly int _content;

    private Rule(GuardedRegex regex)
    {
        Regex = regex;
        _skips = [.. regex.GroupNames.Where(name => name.StartsWith("skiplines", StringComparison.Ordinal))];
        _content = regex.NumberOf("content");
        _fields = Meant(regex.GroupNames.Select(name => (name, name)));
        // alt_user, alt_user_1 … stand in for user where it is empty; in the order of their names.
        _alternatives = Meant(regex.GroupNames.Where(name => name.StartsWith("alt_", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(name => (name, Target(name))));
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
    public void Collect(Match match, ref FieldValues into)
    {
        GroupCollection groups = match.Groups;
        foreach ((int number, int field) in _fields)
        {
            if (groups[number] is { Success: true } group)
            {
                into[field] = group.Value;
            }
        }

        foreach ((int number, int field) in _alternatives)
        {
            if (string.IsNullOrEmpty(into[field]) && groups[number] is { Success: true, Length: > 0 } group)
            {
                into[field] = group.Value;
            }
        }
    }

    /// <summary>The part of a text that <c>F-CONTENT</c> holds, with a line end; the text itself where there is none.</summary>
    public string Content(Match match, string text)
    {
        if (_content < 0 || match.Groups[_content] is not { Success: true, Length: > 0 } content)
        {
            return text;
        }

        // It nearly always reaches to the line end, which is wanted too.
        return content.Index + content.Length == text.Length - 1 ? text[content.Index..] : content.Value + "\n";
    }

    /// <summary>The lines that <c>&lt;SKIPLINES&gt;</c> passed over.</summary>
    public IReadOnlyList<string> Skipped(Match match) =>
        [.. _skips.SelectMany(name => match.Groups[name].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries))];

    private (int Group, int Field)[] Meant(IEnumerable<(string Group, string Target)> groups) =>
        [.. groups.Select(group => (Regex.NumberOf(group.Group), FieldValues.IndexOf(group.Target))).Where(pair => pair.Item2 >= 0)];

    // alt_user_2 → user; the names that tags map (F-ID, F-PORT) are mapped here too.
    private static string Target(string name)
    {
        string target = name[4..];
        int number = target.LastIndexOf('_');
        if (number > 0 && number + 1 < target.Length && target.AsSpan(number + 1).IndexOfAnyExceptInRange('0', '9') < 0)
        {
            target = target[..number];
        }

        return target == "id" ? "fid" : target;
    }
}
