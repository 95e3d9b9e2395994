using System.Collections.Immutable;
using Virtward.Guard.Sources;

namespace Virtward.Guard.Filters.Needles;

/// <summary>
/// The needles of a set of filters over one log: chosen from its first lines, and again where they turn out to stand in many lines that no
/// rule matches.
/// </summary>
public sealed class NeedleSearch
{
    // As much of a block as is counted: some milliseconds' work.
    private const int SampleBytes = 32 * 1024;

    // Chosen again when more than one line in so many was looked at in vain, and not before so many lines have gone by; then twice as many.
    private const int MostInVain = 32;
    private const int FirstPatience = 1 << 16;

    private const int Room = 4096;

    private readonly ImmutableArray<ILineFilter> _filters;
    private int[] _found = [];
    private NeedleScanner? _scanner;
    private bool _isHopeless;
    private long _lines;
    private long _inVain;
    private long _patience = FirstPatience;

    /// <summary>A search that has seen no line yet.</summary>
    /// <param name="filters">The filters, by their index.</param>
    public NeedleSearch(ImmutableArray<ILineFilter> filters)
    {
        _filters = filters;
        _isHopeless = filters.IsEmpty;
    }

    /// <summary>The mark of a filter's needles: one bit; the 64th filter and all after it share one.</summary>
    public static ulong MarkOf(int filter) => 1UL << Math.Min(filter, 63);

    /// <summary>Prepares for a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="lines">Its lines that have to be looked at, with the marks of the filters concerned; without meaning where all have to be.</param>
    /// <returns>Whether not all of them have to be.</returns>
    public bool TrySearch(in LineBlock block, out NeedleLines lines)
    {
        if (!_isHopeless && (_scanner is null || (_lines >= _patience && _inVain > _lines / MostInVain)))
        {
            _patience = _scanner is null ? _patience : _patience * 2;
            _lines = _inVain = 0;
            Choose(block.Text[..Math.Min(block.Text.Length, SampleBytes)]);
        }

        lines = _isHopeless ? default : new NeedleLines(block.Text, _scanner!, _found);
        return !_isHopeless;
    }

    /// <summary>Takes note of how well the needles served.</summary>
    /// <param name="lines">Lines that have gone by.</param>
    /// <param name="inVain">How many of them were looked at, and matched no rule.</param>
    public void Note(long lines, long inVain)
    {
        _lines += lines;
        _inVain += inVain;
    }

    /// <summary>Each filter gets needles of its own: what is common in another's lines would show it all of them.</summary>
    private void Choose(ReadOnlySpan<byte> sample)
    {
        var marks = new Dictionary<uint, ulong>();
        for (int i = 0; i < _filters.Length && !_isHopeless; i++)
        {
            ImmutableArray<uint> needles = NeedleChoice.Choose(_filters[i].Signatures, sample);
            _isHopeless = needles.IsEmpty;
            foreach (uint needle in needles)
            {
                marks[needle] = marks.GetValueOrDefault(needle) | MarkOf(i);
            }
        }

        _found = new int[Room];
        _scanner = _isHopeless ? null : new NeedleScanner([.. marks.Select(mark => (mark.Key, mark.Value))], sample);
    }
}
