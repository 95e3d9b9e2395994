using System.Text;
using System.Text.RegularExpressions;
using Virtward.Core.Results;
using Virtward.Guard.Fail2Ban.Patterns;
using Virtward.Guard.Filters.Regexes;

namespace Virtward.Guard.Fail2Ban.Engine;

/// <summary>One expression of a filter, and what its groups mean.</summary>
public sealed class Rule
{
    private static readonly string[] Identities = ["fid", "ip4", "ip6", "dns", "mlfid"];

    private readonly (int Group, int Field)[] _fields;
    private readonly (int Group, int Field)[] _alternatives;
    private readonly int[] _skips;
    private readonly int _content;

    private Rule(string source, GuardedRegex regex)
    {
        Source = source;
        Regex = regex;
        _skips = [.. regex.GroupNames.Where(name => name.StartsWith("skiplines", StringComparison.Ordinal)).Select(regex.NumberOf)];
        _content = regex.NumberOf("content");
        _fields = Meant(regex.GroupNames.Select(name => (name, name)));
        // alt_user, alt_user_1 … stand in for user where it is empty; in the order of their names.
        _alternatives = Meant(regex.GroupNames.Where(name => name.StartsWith("alt_", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(name => (name, Target(name))));
    }

    /// <summary>The expression as the filter has it, tags and all.</summary>
    public string Source { get; }

    /// <summary>The expression.</summary>
    public GuardedRegex Regex { get; }

    /// <summary>Whether it can tell whom a line is about.</summary>
    public bool HasIdentity => Identities.Any(Regex.GroupNames.Contains);

    /// <summary>Builds it.</summary>
    /// <param name="source">The expression in Python's dialect, with tags.</param>
    /// <param name="captureNames">Whether <c>&lt;HOST&gt;</c> takes host names.</param>
    /// <param name="multiline">Whether <c>^</c> and <c>$</c> match at every line of a buffer of several.</param>
    public static Result<Rule> Build(string source, bool captureNames, bool multiline)
    {
        string pattern = PythonRegex.ToDotNet(RegexTags.Expand(source, captureNames));
        if (pattern.AsSpan().Trim().IsEmpty)
        {
            return new Problem("an expression is empty", null, "remove it");
        }

        // Only named groups are ever asked for; Python's numbers were turned into names where a pattern refers to them.
        RegexOptions options = RegexOptions.ExplicitCapture | (multiline ? RegexOptions.Multiline : RegexOptions.None);
        return GuardedRegex.Build($"'{source}'", pattern, options).TryGet(out GuardedRegex? regex, out Problem? problem)
            ? new Rule(source, regex)
            : problem;
    }

    /// <summary>The groups of the last match that took part in it, alternatives filled in.</summary>
    /// <param name="text">The text that was searched.</param>
    /// <param name="into">Takes them, over what is there.</param>
    public void Collect(ReadOnlySpan<byte> text, FieldValues into)
    {
        foreach ((int number, int field) in _fields)
        {
            if (Regex.TryGroup(number, out int start, out int end))
            {
                into.Set(field, text[start..end]);
            }
        }

        foreach ((int number, int field) in _alternatives)
        {
            if (!into.Has((Field)field) && Regex.TryGroup(number, out int start, out int end) && end > start)
            {
                into.Set(field, text[start..end]);
            }
        }
    }

    /// <summary>The part of a text that <c>F-CONTENT</c> held in the last match, with a line end; the text itself where there is none.</summary>
    public ReadOnlySpan<byte> Content(ReadOnlySpan<byte> text)
    {
        if (_content < 0 || !Regex.TryGroup(_content, out int start, out int end) || end == start)
        {
            return text;
        }

        // It nearly always reaches to the line end, which is wanted too.
        return end == text.Length - 1 ? text[start..] : (byte[])[.. text[start..end], (byte)'\n'];
    }

    /// <summary>The lines that <c>&lt;SKIPLINES&gt;</c> passed over in the last match.</summary>
    public IEnumerable<string> Skipped(ReadOnlySpan<byte> text)
    {
        var lines = new List<string>();
        foreach (int number in _skips)
        {
            if (Regex.Group(number) is { } group)
            {
                lines.AddRange(Encoding.UTF8.GetString(text[group]).Split('\n', StringSplitOptions.RemoveEmptyEntries));
            }
        }

        return lines;
    }

    private (int Group, int Field)[] Meant(IEnumerable<(string Group, string Target)> groups) =>
        [.. groups.Select(group => (Regex.NumberOf(group.Group), FieldValues.IndexOf(group.Target))).Where(field => field.Item2 >= 0)];

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
