using System.Text;

namespace Virtward.Output;

/// <summary>Rows of text in columns, each as wide as its widest cell; for people, in a terminal or a mail.</summary>
/// <param name="titles">The heads of the columns; a title that begins with '>' is aligned to the right, without the sign.</param>
public sealed class Columns(params string[] titles)
{
    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row; as many cells as there are titles.</summary>
    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>Writes the heads and the rows.</summary>
    public void Write(TextWriter to, string indent = "")
    {
        bool[] right = [.. titles.Select(title => title.StartsWith('>'))];
        string[] heads = [.. titles.Select(title => title.TrimStart('>'))];
        int[] widths = [.. heads.Select((head, i) => Math.Max(head.Length, _rows.Count == 0 ? 0 : _rows.Max(row => row[i].Length)))];
        WriteRow(to, indent, heads, widths, right);
        foreach (string[] row in _rows)
        {
            WriteRow(to, indent, row, widths, right);
        }
    }

    private static void WriteRow(TextWriter to, string indent, string[] cells, int[] widths, bool[] right)
    {
        var line = new StringBuilder(indent);
        for (int i = 0; i < cells.Length; i++)
        {
            line.Append(i == 0 ? "" : "  ").Append(right[i] ? cells[i].PadLeft(widths[i]) : cells[i].PadRight(widths[i]));
        }

        to.WriteLine(line.ToString().TrimEnd());
    }
}
