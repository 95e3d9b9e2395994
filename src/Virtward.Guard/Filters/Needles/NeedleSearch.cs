using System.Collections.Immutable;
using Virtward.Guard.Sources;

namespace Virtward.Guard.Filters.Needles;

/// <summary>
/// The needles of a set of filters over one log: chosen from its first lines, and again where they turn out to stand in many lines that no
/// rule matches.
/// </summary>
public sealed class NeedleSearch
{
    // As much of a block as is counted: a millisecond's work.
    private const int SampleBytes = 32 * 1024;

    // Chosen again when more than one line in so many was looked at in vain, and not before so many lines have gone by; then twice as many.
    private const int MostInVain = 32;
    private const int FirstPatience = 1 << 16;

    private const int Room = 4096;

    private readonly ImmutableArray<Signature> _signatures;
    private readonly int[] _found;
    private NeedleScanner? _scanner;
    private bool _isHopeless;
    private long _lines;
    private long _inVain;
    private long _patience = FirstPatience;

    /// <summary>A search that has seen no line yet.</summary>
    /// <param name="signatures">What the lines of interest look like; empty: every line is of interest.</param>
    public NeedleSearch(ImmutableArray<Signature> signatures)
    {
        _signatures = signatures;
        _isHopeless = signatures.IsEmpty;
        _found = _isHopeless ? [] : new int[Room];
    }

    /// <summary>Prepares for a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="lines">Its lines that have to be looked at; without meaning where all have to be.</param>
    /// <returns>Whether not all of them have to be.</returns>
    public bool TrySearch(in LineBlock block, out NeedleLines lines)
    {
        lines = default;
        if (_isHopeless)
        {
            return false;
        }

        if (_scanner is null || (_lines >= _patience && _inVain > _lines / MostInVain))
        {
            _patience = _scanner is null ? _patience : _patience * 2;
            ImmutableArray<uint> needles = NeedleChoice.Choose(_signatures, block.Text[..Math.Min(block.Text.Length, SampleBytes)]);
            _isHopeless = needles.IsEmpty;
            if (_isHopeless)
            {
                return false;
            }

            _scanner = new NeedleScanner(needles);
            _lines = _inVain = 0;
        }

        lines = new NeedleLines(block, _scanner, _found);
        return true;
    }

    /// <summary>Takes note of how well the needles served.</summary>
    /// <param name="lines">Lines that have gone by.</param>
    /// <param name="inVain">How many of them were looked at, and matched no rule.</param>
    public void Note(long lines, long inVain)
    {
        _lines += lines;
        _inVain += inVain;
    }
}
