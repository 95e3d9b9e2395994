using System.Text.RegularExpressions;

namespace Virtward.Guard.Fail2Ban.Engine;

/// <summary>
/// The last lines (<c>maxlines</c>), dates cut out, for expressions that span several. Lines that took part in a match leave it;
/// those that <c>&lt;SKIPLINES&gt;</c> passed over stay.
/// </summary>
/// <param name="size">How many lines it holds.</param>
public sealed class LineBuffer(int size)
{
    private List<string> _lines = [];

    /// <summary>Adds a line, with its line end; the oldest may drop out. Returns all.</summary>
    public string Add(string line)
    {
        if (size == 1)
        {
            return line;
        }

        _lines.Add(line[..^1]);
        if (_lines.Count > size)
        {
            _lines.RemoveRange(0, _lines.Count - size);
        }

        return string.Join('\n', _lines) + "\n";
    }

    /// <summary>Replaces all by one text with its line end: what a prefregex hands on.</summary>
    public void Replace(string content)
    {
        if (size > 1)
        {
            _lines = [content[..^1]];
        }
    }

    /// <summary>Takes the lines of a match out.</summary>
    /// <param name="text">The text that was searched, as <see cref="Add"/> returned it.</param>
    /// <param name="match">The match.</param>
    /// <param name="rule">Its rule.</param>
    /// <param name="count">How many lines matched.</param>
    /// <returns>The lines that matched, each with a line end.</returns>
    public string Take(string text, Match match, Rule rule, out int count)
    {
        if (size == 1 || _lines.Count <= 1)
        {
            _lines.Clear();
            count = 1;
            return text;
        }

        int begin = match.Index == 0 ? 0 : text.LastIndexOf('\n', Math.Min(match.Index, text.Length - 1)) + 1;
        int last = Math.Max(0, match.Index + match.Length - 1);
        int end = last < text.Length && text.IndexOf('\n', last) is >= 0 and int newline ? newline + 1 : text.Length;
        int first = Math.Min(text.AsSpan(0, begin).Count('\n'), _lines.Count);
        int after = Math.Clamp(text.AsSpan(0, end).Count('\n'), first, _lines.Count);

        List<string> matched = _lines[first..after];
        List<string> kept = _lines[..first];
        int from = 0;
        foreach (string skipped in rule.Skipped(match))
        {
            int at = matched.IndexOf(skipped, from);
            if (at >= 0)
            {
                matched.RemoveAt(at);
                kept.Add(skipped);
                from = at;
            }
        }

        kept.AddRange(_lines[after..]);
        _lines = kept;
        count = matched.Count;
        return string.Join('\n', matched) + "\n";
    }
}
