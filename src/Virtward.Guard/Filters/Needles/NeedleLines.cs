using Virtward.Guard.Sources;

namespace Virtward.Guard.Filters.Needles;

/// <summary>Goes through the lines of a block that hold a needle, each once and in order.</summary>
public ref struct NeedleLines
{
    private readonly ReadOnlySpan<byte> _text;
    private readonly NeedleScanner _scanner;

    // Where needles are: found some thousand at a time, so that the search is one tight loop.
    private readonly Span<int> _found;
    private int _count;
    private int _index;
    private int _from;

    /// <summary>Starts at the start of a block.</summary>
    /// <param name="text">Whole lines.</param>
    /// <param name="scanner">What finds the needles.</param>
    /// <param name="room">Room for the places that are found at a time, more than <see cref="NeedleScanner.MostInStep"/>.</param>
    public NeedleLines(ReadOnlySpan<byte> text, NeedleScanner scanner, Span<int> room)
    {
        _text = text;
        _scanner = scanner;
        _found = room;
    }

    /// <summary>Where the line that was taken last starts.</summary>
    public int Start { get; private set; }

    /// <summary>Takes the next line that holds a needle.</summary>
    /// <param name="line">The line without its newline.</param>
    /// <param name="marks">The marks of all needles that it holds.</param>
    /// <returns>Whether there was one.</returns>
    public bool TryNext(out ReadOnlySpan<byte> line, out ulong marks)
    {
        marks = 0;
        while (_index == _count)
        {
            if (!TryFind())
            {
                line = default;
                return false;
            }
        }

        int first = _found[_index++];
        line = Newlines.LineAt(_text, first, out int next);
        Start = next - line.Length - 1;
        marks = _scanner.MarkAt(_text, first);
        do
        {
            for (; _index < _count && _found[_index] < next; _index++)
            {
                marks |= _scanner.MarkAt(_text, _found[_index]);
            }
        }
        while (_index == _count && _from < next && TryFind());
        return true;
    }

    /// <summary>Searches on, when all that was found is used up.</summary>
    /// <returns>Whether there was anything left to search.</returns>
    private bool TryFind()
    {
        bool isMore = _from <= _text.Length - Needle.Length;
        _index = 0;
        _count = isMore ? _scanner.Find(_text, ref _from, _found) : 0;
        return isMore;
    }
}
