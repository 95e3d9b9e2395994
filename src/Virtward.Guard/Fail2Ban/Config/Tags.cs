using Virtward.Core.Results;

namespace Virtward.Guard.Fail2Ban.Config;

/// <summary>
/// The second interpolation of fail2ban, after <c>%(opt)s</c>: <c>&lt;opt&gt;</c> in an option stands for another option, again and
/// again until none is left, nested ones such as <c>&lt;mdre-&lt;mode&gt;&gt;</c> included. What no option answers stays: the tags of
/// regular expressions (<c>&lt;HOST&gt;</c>) come later.
/// </summary>
public static class Tags
{
    /// <summary>The same tag may stand in for itself in one option this often before it counts as a loop; fail2ban's own limit.</summary>
    private const int MaxRepeats = 25;

    private const int MaxLength = 1 << 20;

    /// <summary>Replaces the tags of all options.</summary>
    /// <param name="options">The options.</param>
    /// <param name="lookup">Answers tags that <paramref name="options"/> does not have; null where it has none either.</param>
    public static Result<Dictionary<string, string>> Replace(
        IReadOnlyDictionary<string, string> options, Func<string, Result<string?>> lookup)
    {
        var replaced = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, string value) in options)
        {
            // opt?family=inet6 makes opt depend on a condition that only actions know.
            bool conditional = name.Contains('?', StringComparison.Ordinal) || options.Keys.Any(other => other.StartsWith(name + "?", StringComparison.Ordinal));
            if (conditional)
            {
                replaced[name] = value;
            }
            else if (ReplaceOne(name, value, options, lookup).TryGet(out string? text, out Problem? problem))
            {
                replaced[name] = text;
            }
            else
            {
                return problem;
            }
        }

        return replaced;
    }

    private static Result<string> ReplaceOne(
        string name, string value, IReadOnlyDictionary<string, string> options, Func<string, Result<string?>> lookup)
    {
        var repeats = new Dictionary<string, int>(StringComparer.Ordinal);
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int at = 0; Next(value, at) is { Length: > 0 } tag; )
            {
                at = tag.Start;
                string inner = value.Substring(tag.Start + 1, tag.Length - 2);
                if (!options.TryGetValue(inner, out string? text))
                {
                    if (!lookup(inner).TryGet(out text, out Problem? problem))
                    {
                        return problem;
                    }

                    if (text is null)
                    {
                        at = tag.Start + tag.Length;
                        continue;
                    }
                }

                int count = repeats[inner] = repeats.GetValueOrDefault(inner) + 1;
                if (inner == name || count > MaxRepeats || value.Length > MaxLength)
                {
                    return new Problem($"the option '{name}' refers to itself through <{inner}>", null, "break the circle");
                }

                value = value.Replace($"<{inner}>", text, StringComparison.Ordinal);
                changed = true;
            }
        }

        return value;
    }

    // The next innermost <…>: without blanks and angle brackets in it.
    private static (int Start, int Length) Next(string text, int from)
    {
        int start = -1;
        for (int at = from; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '<':
                    start = at;
                    break;
                case ' ':
                    start = -1;
                    break;
                case '>' when start >= 0 && at > start + 1:
                    return (start, at - start + 1);
                case '>':
                    start = -1;
                    break;
                default:
                    break;
            }
        }

        return default;
    }
}
