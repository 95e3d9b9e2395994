using System.Collections.Immutable;
using Virtward.Guard.Filters.Needles;
using Virtward.Guard.Sources;

namespace Virtward.Guard.Filters;

/// <summary>
/// Tells filters that look back (<see cref="ILineFilter.LooksBack"/>) of the line right before each that they are shown, where they were
/// not shown that one.
/// </summary>
public sealed class PassedLines
{
    private readonly ImmutableArray<ILineFilter> _filters;
    private readonly int[] _lookingBack;

    // Where the line after the one that was shown last starts, by filter.
    private readonly int[] _next;

    /// <summary>For a set of filters, by their index.</summary>
    public PassedLines(ImmutableArray<ILineFilter> filters)
    {
        _filters = filters;
        _lookingBack = [.. Enumerable.Range(0, filters.Length).Where(index => filters[index].LooksBack)];
        _next = new int[filters.Length];
    }

    /// <summary>A block begins: the last line of the one before has been told.</summary>
    public void Begin() => Array.Clear(_next);

    /// <summary>A line is about to be shown to the filters that have a mark.</summary>
    /// <param name="block">The block.</param>
    /// <param name="start">Where the line starts.</param>
    /// <param name="length">Its length without the newline.</param>
    /// <param name="marks">The marks.</param>
    public void Tell(ReadOnlySpan<byte> block, int start, int length, ulong marks)
    {
        foreach (int index in _lookingBack)
        {
            if ((marks & NeedleSearch.MarkOf(index)) != 0)
            {
                PassOver(block, start, index);
                _next[index] = start + length + 1;
            }
        }
    }

    /// <summary>The block is over.</summary>
    public void End(ReadOnlySpan<byte> block)
    {
        foreach (int index in _lookingBack)
        {
            PassOver(block, block.Length, index);
        }
    }

    private void PassOver(ReadOnlySpan<byte> block, int end, int index)
    {
        if (_next[index] < end)
        {
            _filters[index].PassOver(Newlines.LineAt(block, end - 1, out _));
        }
    }
}
