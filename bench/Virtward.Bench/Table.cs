namespace Virtward.Bench;

/// <summary>A plain text table: the first column to the left, the others to the right.</summary>
internal sealed class Table(string title, params string[] header)
{
    private readonly List<string[]> _rows = [header];

    public void Row(params string[] cells) => _rows.Add(cells);

    public void Print()
    {
        int[] widths = [.. Enumerable.Range(0, header.Length).Select(column => _rows.Max(row => row[column].Length))];
        Console.WriteLine($"\n{title}");
        foreach (string[] row in _rows)
        {
            Console.WriteLine(string.Join("  ", row.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))).TrimEnd());
        }
    }
}
