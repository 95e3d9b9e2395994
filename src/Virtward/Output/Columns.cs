using System.Text;

namespace Virtward.Output;

/// <summary>Rows of text in columns, each as wide as its widest cell; for people, in a terminal or a mail.</summary>
/// <param name="titles">The heads of the columns; a title that begins with '>' is aligned to the right, without the sign.</param>
public sealed class Columns(params string[] titles)
{
    // A terminal or a pipe takes so many characters at once; a write for each row would cost more than making it.
    private const int Block = 16 * 1024;

    private readonly List<string[]> _rows = [];

    /// <summary>Adds a row; as many cells as there are titles.</summary>
    public void Add(params string[] cells) => _rows.Add(cells);

    /// <summary>How wide the widest line may get, in characters.</summary>
    public int Width => Widths().Sum() + (2 * (titles.Length - 1));

    private int[] Widths() =>
        [.. titles.Select(static title => title.TrimStart('>')).Select((head, i) => Math.Max(head.Length, _rows.Count == 0 ? 0 : _rows.Max(row => row[i].Length)))];

    /// <summary>Writes the heads and the rows.</summary>
    public void Write(TextWriter to, string indent = "")
    {
        bool[] right = [.. titles.Select(title => title.StartsWith('>'))];
        string[] heads = [.. titles.Select(title => title.TrimStart('>'))];
        int[] widths = Widths();
        var text = new StringBuilder();
        foreach (string[] row in _rows.Prepend(heads))
        {
            AddRow(text, indent, row, widths, right);
            text.Append(to.NewLine);
            if (text.Length > Block)
            {
                to.Write(text);
                text.Clear();
            }
        }

        to.Write(text);
    }

    private static void AddRow(StringBuilder text, string indent, string[] cells, int[] widths, bool[] right)
    {
        text.Append(indent);
        for (int i = 0; i < cells.Length; i++)
        {
            int room = widths[i] - cells[i].Length;
            text.Append(' ', (i == 0 ? 0 : 2) + (right[i] ? room : 0)).Append(cells[i]).Append(' ', right[i] ? 0 : room);
        }

        while (text.Length > 0 && text[^1] == ' ')
        {
            text.Length--;
        }
    }
}
