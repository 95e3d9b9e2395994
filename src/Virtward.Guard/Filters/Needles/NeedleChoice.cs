using System.Collections.Immutable;
using System.Numerics;
using Virtward.Guard.Sources;

namespace Virtward.Guard.Filters.Needles;

/// <summary>
/// Chooses what to look for: few needles, of which every signature holds one, and which stand in few lines that bear no signature. How
/// common a text is only a log can tell ("port" is in every second line of one), so a piece of the log at hand is counted; a piece that
/// is unlike the rest costs time, never a line.
/// </summary>
public sealed class NeedleChoice
{
    private const int Words = 8;
    private const int MostLines = 64 * Words;

    private readonly Dictionary<uint, Candidate> _candidates = [];
    private readonly bool[] _isCovered;
    private int _uncovered;

    // The lines that have to be looked at anyway, one bit each.
    private readonly ulong[] _wanted = new ulong[Words];

    // How often each byte stands in the sample, and one more; and how many bytes that makes.
    private readonly double[] _bytes = new double[256];
    private double _length = 256;

    private NeedleChoice(ImmutableArray<Signature> signatures, ReadOnlySpan<byte> sample)
    {
        _isCovered = new bool[signatures.Length];
        _uncovered = signatures.Length;
        uint[][] needles = [.. signatures.Select(signature => signature.Needles.ToArray())];
        for (int i = 0; i < needles.Length; i++)
        {
            foreach (uint needle in needles[i])
            {
                if (!_candidates.TryGetValue(needle, out Candidate? candidate))
                {
                    _candidates.Add(needle, candidate = new Candidate(needle));
                }

                candidate.Signatures.Add(i);
            }
        }

        Count(sample);
        foreach (uint[] parts in needles)
        {
            MarkWanted(parts);
        }
    }

    /// <summary>Chooses.</summary>
    /// <param name="signatures">What the lines of interest look like.</param>
    /// <param name="sample">Whole lines of the log.</param>
    /// <returns>The needles; none where a signature has no text of four bytes, so that every line has to be looked at.</returns>
    public static ImmutableArray<uint> Choose(ImmutableArray<Signature> signatures, ReadOnlySpan<byte> sample)
    {
        var choice = new NeedleChoice(signatures, sample);
        ImmutableArray<uint> chosen = [.. choice.Cover().Select(candidate => candidate.Needle)];
        return choice._uncovered > 0 ? [] : chosen;
    }

    /// <summary>Notes in which lines each candidate stands.</summary>
    private void Count(ReadOnlySpan<byte> sample)
    {
        Array.Fill(_bytes, 1);
        _length += sample.Length;
        foreach (byte b in sample)
        {
            _bytes[b]++;
        }

        var splitter = new LineSplitter(sample);
        for (int line = 0; line < MostLines && splitter.TryNext(out ReadOnlySpan<byte> text); line++)
        {
            for (; text.Length >= Needle.Length; text = text[1..])
            {
                if (_candidates.TryGetValue(Needle.At(text), out Candidate? candidate))
                {
                    candidate.Lines[line / 64] |= 1UL << line;
                }
            }
        }
    }

    /// <summary>Lines that hold all of a signature's parts have to be looked at anyway.</summary>
    private void MarkWanted(uint[] parts)
    {
        Span<ulong> lines = stackalloc ulong[Words];
        lines.Fill(parts.Length > 0 ? ulong.MaxValue : 0);
        foreach (uint part in parts)
        {
            ulong[] holding = _candidates[part].Lines;
            for (int i = 0; i < Words; i++)
            {
                lines[i] &= holding[i];
            }
        }

        for (int i = 0; i < Words; i++)
        {
            _wanted[i] |= lines[i];
        }
    }

    /// <summary>
    /// Takes the needle that costs least for each signature that it covers anew, itself as much as one line in vain, until all are covered.
    /// What a needle covers anew only grows less, so what was computed before is a bound, and only the first in the queue is looked at again.
    /// </summary>
    private IEnumerable<Candidate> Cover()
    {
        var queue = new PriorityQueue<Candidate, double>(_candidates.Values.Select(candidate => (candidate, Cost(candidate))));
        while (_uncovered > 0 && queue.TryDequeue(out Candidate? candidate, out double bound))
        {
            double cost = Cost(candidate);
            if (cost > bound)
            {
                queue.Enqueue(candidate, cost);
            }
            else if (double.IsFinite(cost))
            {
                foreach (int signature in candidate.Signatures)
                {
                    _uncovered -= _isCovered[signature] ? 0 : 1;
                    _isCovered[signature] = true;
                }

                yield return candidate;
            }
        }
    }

    private double Cost(Candidate candidate)
    {
        int covers = 0;
        foreach (int signature in candidate.Signatures)
        {
            covers += _isCovered[signature] ? 0 : 1;
        }

        return covers == 0 ? double.PositiveInfinity : (1.0 + InVain(candidate) + Expected(candidate.Needle)) / covers;
    }

    /// <summary>How often a needle would stand in the sample by chance: what the sample does not hold by accident should be rare elsewhere too.</summary>
    private double Expected(uint needle)
    {
        double expected = _length;
        for (int place = 0; place < Needle.Length; place++)
        {
            expected *= _bytes[Needle.Byte(needle, place)] / _length;
        }

        return expected;
    }

    private int InVain(Candidate candidate)
    {
        int lines = 0;
        for (int i = 0; i < _wanted.Length; i++)
        {
            lines += BitOperations.PopCount(candidate.Lines[i] & ~_wanted[i]);
        }

        return lines;
    }

    private sealed record Candidate(uint Needle)
    {
        public List<int> Signatures { get; } = [];

        public ulong[] Lines { get; } = new ulong[Words];
    }
}
