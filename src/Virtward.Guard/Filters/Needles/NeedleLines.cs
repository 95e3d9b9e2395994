using Virtward.Guard.Sources;

namespace Virtward.Guard.Filters.Needles;

/// <summary>Goes through the lines of a block that hold a needle, each once and in order.</summary>
public ref struct NeedleLines
{
    private readonly LineBlock _block;
    private readonly NeedleScanner _scanner;

    // Where needles are: found some thousand at a time, so that the search is one tight loop.
    private readonly Span<int> _found;
    private int _count;
    private int _index;
    private int _from;

    /// <summary>Starts at the start of a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="scanner">What finds the needles.</param>
    /// <param name="room">Room for the places that are found at a time, more than <see cref="NeedleScanner.MostInStep"/>.</param>
    public NeedleLines(in LineBlock block, NeedleScanner scanner, Span<int> room)
    {
        _block = block;
        _scanner = scanner;
        _found = room;
    }

    /// <summary>Takes the next line that holds a needle.</summary>
    /// <param name="line">The line.</param>
    /// <param name="marks">The marks of all needles that it holds.</param>
    /// <returns>Whether there was one.</returns>
    public bool TryNext(out LogLine line, out ulong marks)
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

        line = _block.LineAt(_found[_index], out int next);
        do
        {
            for (; _index < _count && _found[_index] < next; _index++)
            {
                marks |= _scanner.MarkAt(_block.Text, _found[_index]);
            }
        }
        while (_index == _count && _from < next && TryFind());
        return true;
    }

    /// <summary>Searches on, when all that was found is used up.</summary>
    /// <returns>Whether there was anything left to search.</returns>
    private bool TryFind()
    {
        bool isMore = _from <= _block.Text.Length - Needle.Length;
        _index = 0;
        _count = isMore ? _scanner.Find(_block.Text, ref _from, _found) : 0;
        return isMore;
    }
}
