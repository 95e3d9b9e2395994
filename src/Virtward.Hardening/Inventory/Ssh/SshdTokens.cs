using System.Collections.Immutable;
using System.Text;

namespace Virtward.Hardening.Inventory.Ssh;

/// <summary>Splits lines of sshd_config(5) as sshd does.</summary>
internal static class SshdTokens
{
    /// <summary>The keyword in lower case, and its arguments without quotes; an empty keyword: an empty line or a comment.</summary>
    public static (string Keyword, ImmutableArray<string> Arguments) Split(string line)
    {
        ReadOnlySpan<char> rest = line.AsSpan().Trim(" \t\r\f\0");
        if (rest.IsEmpty || rest[0] == '#')
        {
            return ("", []);
        }

        // The keyword may stand in quotes.
        if (rest[0] == '"' && rest[1..].IndexOf('"') is int close and > 0)
        {
            return (rest[1..(close + 1)].ToString().ToLowerInvariant(), Words(AfterEquals(rest[(close + 2)..])));
        }

        int end = rest.IndexOfAny(" \t=\"");
        if (end < 0)
        {
            return (rest.ToString().ToLowerInvariant(), []);
        }

        string keyword = rest[..end].ToString().ToLowerInvariant();
        return (keyword, Words(AfterEquals(rest[end..])));
    }

    private static ReadOnlySpan<char> AfterEquals(ReadOnlySpan<char> rest)
    {
        rest = rest.TrimStart(" \t");
        return rest.StartsWith('=') ? rest[1..].TrimStart(" \t") : rest;
    }

    private static ImmutableArray<string> Words(ReadOnlySpan<char> text)
    {
        ImmutableArray<string>.Builder words = ImmutableArray.CreateBuilder<string>();
        var word = new StringBuilder();
        bool open = false;
        char quote = '\0';
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\\' && i + 1 < text.Length && (text[i + 1] is '\'' or '"' or '\\' || (quote == '\0' && text[i + 1] == ' ')))
            {
                word.Append(text[++i]);
                open = true;
            }
            else if (quote != '\0')
            {
                if (c == quote)
                {
                    quote = '\0';
                }
                else
                {
                    word.Append(c);
                }
            }
            else if (c is '"' or '\'')
            {
                quote = c;
                open = true;
            }
            else if (c is ' ' or '\t')
            {
                if (open)
                {
                    words.Add(word.ToString());
                    word.Clear();
                    open = false;
                }
            }
            else if (c == '#' && !open)
            {
                break;
            }
            else
            {
                word.Append(c);
                open = true;
            }
        }

        if (open)
        {
            words.Add(word.ToString());
        }

        return words.ToImmutable();
    }
}
