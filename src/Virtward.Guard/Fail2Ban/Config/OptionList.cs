using System.Buffers;
using Virtward.Core.Results;

namespace Virtward.Guard.Fail2Ban.Config;

/// <summary>
/// A name with options, as a jail names its filter or an action: <c>sshd[mode="ddos", publickey=any]</c>.
/// </summary>
/// <param name="Name">The name before the bracket.</param>
/// <param name="Options">The options by name, in order.</param>
public sealed record OptionList(string Name, IReadOnlyDictionary<string, string> Options)
{
    private static readonly SearchValues<char> NotInNames = SearchValues.Create(" ,\"'[]\n");

    /// <summary>Takes it apart; values may stand in either kind of quotes, or bare without a comma or bracket.</summary>
    public static Result<OptionList> Parse(string text)
    {
        text = text.Trim();
        int open = text.IndexOf('[', StringComparison.Ordinal);
        if (open < 0)
        {
            return new OptionList(text, new OrderedDictionary<string, string>());
        }

        if (open == 0 || !text.EndsWith(']'))
        {
            return new Problem($"'{text}' is not of the form name[option=\"value\"]", null, "close the bracket");
        }

        var options = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        ReadOnlySpan<char> rest = text.AsSpan((open + 1)..^1);
        while (true)
        {
            // Groups of options may follow each other: name[a=1][b=2].
            rest = rest.TrimStart(" \t\n,][");
            if (rest.IsEmpty)
            {
                return new OptionList(text[..open].TrimEnd(), options);
            }

            int equals = rest.IndexOf('=');
            if (equals <= 0 || rest[..equals].Trim().ContainsAny(NotInNames))
            {
                return new Problem($"expected option=\"value\" at '{rest}' of '{text}'", null, "separate options by commas");
            }

            string name = rest[..equals].Trim().ToString();
            rest = rest[(equals + 1)..];
            if (!rest.IsEmpty && rest[0] is '"' or '\'')
            {
                int close = rest[1..].IndexOf(rest[0]);
                if (close < 0)
                {
                    return new Problem($"the quotes of option '{name}' of '{text}' are not closed", null, "close them");
                }

                options[name] = rest.Slice(1, close).Trim().ToString();
                rest = rest[(close + 2)..];
            }
            else
            {
                int end = rest.IndexOfAny(',', ']');
                options[name] = (end < 0 ? rest : rest[..end]).Trim().ToString();
                rest = end < 0 ? default : rest[end..];
            }
        }
    }

    /// <summary>Splits a value that lists several of them, one a line (or after blanks), brackets and quotes kept together.</summary>
    public static IReadOnlyList<string> Split(string text)
    {
        var parts = new List<string>();
        int start = 0;
        int depth = 0;
        char quote = '\0';
        for (int at = 0; at <= text.Length; at++)
        {
            char c = at < text.Length ? text[at] : '\n';
            if (quote != '\0' && at < text.Length)
            {
                quote = c == quote ? '\0' : quote;
            }
            else if (depth > 0 && c is '"' or '\'')
            {
                quote = c;
            }
            else if (c == '[')
            {
                depth++;
            }
            else if (c == ']')
            {
                depth = Math.Max(0, depth - 1);
            }
            else if (char.IsWhiteSpace(c) && (depth == 0 || at == text.Length))
            {
                if (at > start)
                {
                    parts.Add(text[start..at]);
                }

                start = at + 1;
            }
        }

        return parts;
    }
}
