using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Virtward.Guard.Filters.Needles;

/// <summary>Two of the four bytes of needles, both halves of each: half the work of all four, where few other texts have the same two.</summary>
public readonly struct NeedlePair : INeedleTables
{
    private readonly HalfTable _lowerA, _lowerB;
    private readonly HalfTable _upperA, _upperB;
    private readonly int _a;
    private readonly int _b;

    private NeedlePair(ImmutableArray<(uint Needle, int Group)> grouped, int a, int b)
    {
        _a = a;
        _b = b;
        foreach ((uint needle, int group) in grouped)
        {
            _lowerA = _lowerA.With(Needle.Byte(needle, a) & 0xf, group);
            _upperA = _upperA.With(Needle.Byte(needle, a) >> 4, group);
            _lowerB = _lowerB.With(Needle.Byte(needle, b) & 0xf, group);
            _upperB = _upperB.With(Needle.Byte(needle, b) >> 4, group);
        }
    }

    /// <summary>The pair by which the fewest places of a sample may be needles.</summary>
    /// <param name="grouped">The needles, each with its group.</param>
    /// <param name="sample">The sample.</param>
    /// <param name="candidates">How many places that are.</param>
    /// <returns>None where there is no sample.</returns>
    public static NeedlePair? Best(ImmutableArray<(uint Needle, int Group)> grouped, ReadOnlySpan<byte> sample, out int candidates)
    {
        NeedlePair? best = null;
        candidates = int.MaxValue;
        for (int a = 0; a < Needle.Length && !sample.IsEmpty; a++)
        {
            for (int b = a + 1; b < Needle.Length; b++)
            {
                var pair = new NeedlePair(grouped, a, b);
                int count = pair.Candidates(sample);
                (best, candidates) = count < candidates ? (pair, count) : (best, candidates);
            }
        }

        return best;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<byte> GroupsAt(ref byte text, int at)
    {
        Vector256<byte> first = Vector256.LoadUnsafe(ref text, (nuint)(at + _a));
        Vector256<byte> second = Vector256.LoadUnsafe(ref text, (nuint)(at + _b));
        return _lowerA.OfLower(first) & _upperA.OfUpper(first) & (_lowerB.OfLower(second) & _upperB.OfUpper(second));
    }

    private int Candidates(ReadOnlySpan<byte> text)
    {
        Span<byte> byA = stackalloc byte[256];
        Span<byte> byB = stackalloc byte[256];
        for (int value = 0; value < byA.Length; value++)
        {
            byA[value] = (byte)(_lowerA.OfLower((byte)value) & _upperA.OfUpper((byte)value));
            byB[value] = (byte)(_lowerB.OfLower((byte)value) & _upperB.OfUpper((byte)value));
        }

        int count = 0;
        for (int at = 0; at <= text.Length - Needle.Length; at++)
        {
            count += (byA[text[at + _a]] & byB[text[at + _b]]) != 0 ? 1 : 0;
        }

        return count;
    }
}
