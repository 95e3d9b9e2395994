using System.Globalization;
using System.Text;

namespace Virtward.Hardening.Init;

/// <summary>Words for a YAML text, some of which come from whoever names interfaces and programs on the host.</summary>
internal static class YamlWord
{
    private const int LongestComment = 100;

    /// <summary>A scalar inside a flow list: plain where nobody could take it for something else, else in double quotes (YAML 1.2.2, 7.3.1).</summary>
    public static string Scalar(string text)
    {
        bool plain = text.Length > 0 && (char.IsAsciiLetter(text[0]) || char.IsAsciiDigit(text[0])) && text is not ("null" or "true" or "false")
            && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/' or '*');
        return plain ? text : $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
    }

    /// <summary>A flow list of scalars.</summary>
    public static string List(IEnumerable<string> texts) => $"[{string.Join(", ", texts.Select(Scalar))}]";

    /// <summary>A text for a comment: on one line, short, and nothing in it that could drive a terminal.</summary>
    public static string Comment(string text)
    {
        var shown = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (shown.Length > LongestComment)
            {
                return shown.Append("...").ToString();
            }

            bool harmless = rune.IsAscii ? !Rune.IsControl(rune) : Rune.GetUnicodeCategory(rune) is UnicodeCategory.LowercaseLetter or UnicodeCategory.UppercaseLetter;
            shown.Append(harmless ? rune.ToString() : "?");
        }

        return shown.ToString();
    }
}
