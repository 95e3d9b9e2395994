using System.Text;

namespace Virtward.Exposure.Reading.Iptables;

/// <summary>
/// Takes a saved line apart. iptables-save puts what holds anything but letters, digits, <c>_</c> and <c>-</c> in double quotes, with a backslash
/// before quotes, apostrophes and backslashes (libxtables, xtables_save_string).
/// </summary>
internal static class Words
{
    /// <summary>The words of a line, at most as many as it has characters.</summary>
    public static List<Word> Split(ReadOnlySpan<char> line)
    {
        var words = new List<Word>(16);
        var text = new StringBuilder();
        int at = 0;
        while (at < line.Length)
        {
            if (line[at] is ' ' or '\t')
            {
                at++;
                continue;
            }

            bool quoted = line[at] == '"';
            bool inside = false;
            text.Clear();
            for (; at < line.Length && (inside || line[at] is not (' ' or '\t')); at++)
            {
                char c = line[at];
                if (c == '"')
                {
                    inside = !inside;
                }
                else if (c == '\\' && inside && at + 1 < line.Length)
                {
                    text.Append(line[++at]);
                }
                else
                {
                    text.Append(c);
                }
            }

            words.Add(new Word(text.ToString(), quoted));
        }

        return words;
    }

    /// <summary>Whether a line ends inside quotes: a comment with a line break goes on in the next one.</summary>
    public static bool EndsInQuotes(ReadOnlySpan<char> line)
    {
        bool inside = false;
        for (int at = 0; at < line.Length; at++)
        {
            if (line[at] == '\\' && inside)
            {
                at++;
            }
            else if (line[at] == '"')
            {
                inside = !inside;
            }
        }

        return inside;
    }
}
