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
    private int _next;

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
    /// <returns>Whether there was one.</returns>
    public bool TryNext(out LogLine line)
    {
        while (true)
        {
            while (_index < _count)
            {
                int at = _found[_index++];
                if (at >= _next)
                {
                    line = _block.LineAt(at, out _next);
                    return true;
                }
            }

            if (_from > _block.Text.Length - Needle.Length)
            {
                line = default;
                return false;
            }

            _index = 0;
            _count = _scanner.Find(_block.Text, ref _from, _found);
        }
    }
}
