using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Virtward.Guard.Filters.Needles;

/// <summary>
/// Finds many needles in a block in one pass, 32 places in a step. Needles are put into eight groups, one bit each; for each of a needle's
/// four bytes two small tables, of its lower and of its upper half, tell the groups that it may belong to, and a place where a bit is left
/// over after all four is compared exactly. (This is the "Teddy" of Hyperscan and grep's relatives.)
/// </summary>
public sealed class NeedleScanner
{
    private const int Groups = 8;
    private const int Step = 32;

    // By place in the needle: the groups of each lower half of a byte, and of each upper half.
    private readonly Vector256<byte>[] _lower = new Vector256<byte>[Needle.Length];
    private readonly Vector256<byte>[] _upper = new Vector256<byte>[Needle.Length];

    // A hash table without collisions: where there is no needle of this hash stands one of another.
    private readonly uint[] _exact;
    private readonly ulong[] _marks;
    private readonly uint _multiplier;
    private readonly int _shift;

    /// <summary>A scanner.</summary>
    /// <param name="needles">What to look for, at least one, each once; and a mark of any meaning, to be had of each place that is found.</param>
    public NeedleScanner(ImmutableArray<(uint Needle, ulong Mark)> needles)
    {
        ImmutableArray<uint> words = [.. needles.Select(needle => needle.Needle)];
        foreach ((uint needle, int group) in Grouped(words))
        {
            for (int place = 0; place < Needle.Length; place++)
            {
                byte b = Needle.Byte(needle, place);
                _lower[place] |= Entry(b & 0xf, group);
                _upper[place] |= Entry(b >> 4, group);
            }
        }

        (_exact, _multiplier, _shift) = Hashed(words);
        _marks = new ulong[_exact.Length];
        foreach ((uint needle, ulong mark) in needles)
        {
            _marks[(needle * _multiplier) >> _shift] = mark;
        }
    }

    /// <summary>The most places that are found in one step: so much room must be left.</summary>
    public static int MostInStep => Step;

    /// <summary>Finds where needles begin.</summary>
    /// <param name="text">The text.</param>
    /// <param name="from">Where to begin; then where to go on. Beyond the last four bytes of the text there is nothing more to find.</param>
    /// <param name="found">Takes the places, in order, as long as there is room for <see cref="MostInStep"/>.</param>
    /// <returns>How many.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Find(ReadOnlySpan<byte> text, ref int from, Span<int> found)
    {
        ref byte start = ref MemoryMarshal.GetReference(text);
        Vector256<byte> lower0 = _lower[0], lower1 = _lower[1], lower2 = _lower[2], lower3 = _lower[3];
        Vector256<byte> upper0 = _upper[0], upper1 = _upper[1];
        int count = 0;
        int at = from;
        int last = text.Length - (Step + Needle.Length - 1);
        for (; at <= last && count <= found.Length - Step; at += Step)
        {
            Vector256<byte> first = Vector256.LoadUnsafe(ref start, (nuint)at);
            Vector256<byte> second = Vector256.LoadUnsafe(ref start, (nuint)at + 1);
            Vector256<byte> third = Vector256.LoadUnsafe(ref start, (nuint)at + 2);
            Vector256<byte> fourth = Vector256.LoadUnsafe(ref start, (nuint)at + 3);
            Vector256<byte> groups = Lower(lower0, first) & Lower(lower1, second) & (Lower(lower2, third) & Lower(lower3, fourth))
                & (Upper(upper0, first) & Upper(upper1, second));
            if (groups == Vector256<byte>.Zero)
            {
                continue;
            }

            for (uint places = ~Vector256.Equals(groups, Vector256<byte>.Zero).ExtractMostSignificantBits(); places != 0; places &= places - 1)
            {
                int place = at + BitOperations.TrailingZeroCount(places);
                found[count] = place;
                count += IsNeedle(Needle.At(text[place..])) ? 1 : 0;
            }
        }

        for (; at > last && at <= text.Length - Needle.Length && count < found.Length; at++)
        {
            found[count] = at;
            count += IsNeedle(Needle.At(text[at..])) ? 1 : 0;
        }

        from = at;
        return count;
    }

    /// <summary>The mark of the needle at a place that was found.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong MarkAt(ReadOnlySpan<byte> text, int place) => _marks[(Needle.At(text[place..]) * _multiplier) >> _shift];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsNeedle(uint word) => _exact[(word * _multiplier) >> _shift] == word;

    /// <summary>The groups of 32 bytes by their lower halves. (A shuffle takes just those; of a byte that is no ASCII it makes 0.)</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Lower(Vector256<byte> table, Vector256<byte> bytes) => Avx2.IsSupported
        ? Avx2.Shuffle(table, bytes)
        : Select(table, bytes & Vector256.Create((byte)0x8f));

    /// <summary>The groups of 32 bytes by their upper halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Upper(Vector256<byte> table, Vector256<byte> bytes)
    {
        Vector256<byte> halves = (bytes.AsUInt16() >> 4).AsByte() & Vector256.Create((byte)0xf);
        return Avx2.IsSupported ? Avx2.Shuffle(table, halves) : Select(table, halves);
    }

    /// <summary>A table's entries by 32 indices; 0 for those beyond 15. The table stands there twice, as AVX2 wants it.</summary>
    private static Vector256<byte> Select(Vector256<byte> table, Vector256<byte> indices) =>
        Vector256.Create(Vector128.Shuffle(table.GetLower(), indices.GetLower()), Vector128.Shuffle(table.GetLower(), indices.GetUpper()));

    private static Vector256<byte> Entry(int index, int group) =>
        Vector256<byte>.Zero.WithElement(index, (byte)(1 << group)).WithElement(index + 16, (byte)(1 << group));

    /// <summary>
    /// Gives each needle a group. A group takes every text that is put together from halves of its needles' bytes; so each needle goes where the
    /// number of such texts grows least.
    /// </summary>
    private static IEnumerable<(uint Needle, int Group)> Grouped(ImmutableArray<uint> needles)
    {
        var lower = new ushort[Groups, Needle.Length];
        var upper = new ushort[Groups, Needle.Length];
        foreach (uint needle in needles)
        {
            int best = Enumerable.Range(0, Groups).MinBy(group => Texts(group, needle) - Texts(group, null));
            for (int place = 0; place < Needle.Length; place++)
            {
                byte b = Needle.Byte(needle, place);
                lower[best, place] |= (ushort)(1 << (b & 0xf));
                upper[best, place] |= (ushort)(1 << (b >> 4));
            }

            yield return (needle, best);
        }

        long Texts(int group, uint? with)
        {
            long texts = 1;
            for (int place = 0; place < Needle.Length; place++)
            {
                int b = with is { } needle ? Needle.Byte(needle, place) : -1;
                texts *= BitOperations.PopCount((uint)(lower[group, place] | (b < 0 ? 0 : 1 << (b & 0xf))));
                texts *= BitOperations.PopCount((uint)(upper[group, place] | (b < 0 ? 0 : 1 << (b >> 4))));
            }

            return texts;
        }
    }

    /// <summary>A table so large, and a multiplier, that each needle has a place of its own.</summary>
    private static (uint[] Table, uint Multiplier, int Shift) Hashed(ImmutableArray<uint> needles)
    {
        uint multiplier = 0x9E37_79B1;
        for (int bits = 4; ; bits += needles.Length * needles.Length > 1 << bits ? 1 : 0, multiplier += 0x2545_F492)
        {
            int shift = 32 - bits;
            if (needles.Select(needle => (needle * multiplier) >> shift).Distinct().Count() == needles.Length)
            {
                var table = new uint[1 << bits];
                Array.Fill(table, needles[0]);
                foreach (uint needle in needles)
                {
                    table[(needle * multiplier) >> shift] = needle;
                }

                return (table, multiplier, shift);
            }
        }
    }
}
