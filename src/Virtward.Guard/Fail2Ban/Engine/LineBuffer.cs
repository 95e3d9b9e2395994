using System.Text;

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
    public ReadOnlySpan<byte> Add(ReadOnlySpan<byte> line)
    {
        if (size == 1)
        {
            return line;
        }

        _lines.Add(Encoding.UTF8.GetString(line[..^1]));
        if (_lines.Count > size)
        {
            _lines.RemoveRange(0, _lines.Count - size);
        }

        return Joined(_lines);
    }

    /// <summary>Replaces all by one text with its line end: what a prefregex hands on.</summary>
    public void Replace(ReadOnlySpan<byte> content)
    {
        if (size > 1)
        {
            _lines = [Encoding.UTF8.GetString(content[..^1])];
        }
    }

    /// <summary>Takes the lines of a match out.</summary>
    /// <param name="text">The text that was searched, as <see cref="Add"/> returned it.</param>
    /// <param name="rule">The rule that matched.</param>
    /// <param name="count">How many lines matched.</param>
    /// <returns>The lines that matched, each with a line end.</returns>
    public ReadOnlySpan<byte> Take(ReadOnlySpan<byte> text, Rule rule, out int count)
    {
        if (size == 1 || _lines.Count <= 1)
        {
            _lines.Clear();
            count = 1;
            return text;
        }

        Range match = rule.Regex.Group(0)!.Value;
        int start = match.Start.Value;
        int begin = start == 0 ? 0 : text[..Math.Min(start + 1, text.Length)].LastIndexOf((byte)'\n') + 1;
        int last = Math.Max(0, match.End.Value - 1);
        int end = last < text.Length && text[last..].IndexOf((byte)'\n') is >= 0 and int newline ? last + newline + 1 : text.Length;
        int first = Math.Min(text[..begin].Count((byte)'\n'), _lines.Count);
        int after = Math.Clamp(text[..end].Count((byte)'\n'), first, _lines.Count);

        List<string> matched = _lines[first..after];
        List<string> kept = _lines[..first];
        int from = 0;
        foreach (string skipped in rule.Skipped(text))
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
        return Joined(matched);
    }

    private static byte[] Joined(List<string> lines) => Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n");
}
