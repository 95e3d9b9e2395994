using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Virtward.Guard.Filters.Needles;

/// <summary>
/// Finds many needles in a block in one pass, 64 places in a step. Needles are put into eight groups, one bit each; for each of a needle's
/// four bytes two small tables, of its lower and of its upper half, tell the groups that it may belong to, and a place where a bit is left
/// over after all four is compared exactly. (This is the "Teddy" of Hyperscan and grep's relatives.)
/// </summary>
public sealed class NeedleScanner
{
    private const int Groups = 8;
    private const int Half = 32;
    private const int Step = 2 * Half;

    private readonly Tables _tables;

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
        _tables = new Tables(Grouped(words));
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
        Tables tables = _tables;
        int count = 0;
        int at = from;
        int last = text.Length - (Step + Needle.Length - 1);
        for (; at <= last && count <= found.Length - Step; at += Step)
        {
            Vector256<byte> low = tables.GroupsAt(ref start, at);
            Vector256<byte> high = tables.GroupsAt(ref start, at + Half);
            if ((low | high) == Vector256<byte>.Zero)
            {
                continue;
            }

            for (ulong places = ~(Empty(low) | ((ulong)Empty(high) << Half)); places != 0; places &= places - 1)
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

    /// <summary>The places, one bit each, that may belong to no group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Empty(Vector256<byte> groups) => Vector256.Equals(groups, Vector256<byte>.Zero).ExtractMostSignificantBits();

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

    /// <summary>
    /// By place in the needle: the groups of each lower half of a byte, and for the first two places of each upper half, which is enough.
    /// </summary>
    private readonly struct Tables
    {
        private readonly Vector256<byte> _lower0, _lower1, _lower2, _lower3;
        private readonly Vector256<byte> _upper0, _upper1;

        public Tables(IEnumerable<(uint Word, int Group)> grouped)
        {
            foreach ((uint needle, int group) in grouped)
            {
                _lower0 |= Entry(Needle.Byte(needle, 0) & 0xf, group);
                _lower1 |= Entry(Needle.Byte(needle, 1) & 0xf, group);
                _lower2 |= Entry(Needle.Byte(needle, 2) & 0xf, group);
                _lower3 |= Entry(Needle.Byte(needle, 3) & 0xf, group);
                _upper0 |= Entry(Needle.Byte(needle, 0) >> 4, group);
                _upper1 |= Entry(Needle.Byte(needle, 1) >> 4, group);
            }
        }

        /// <summary>The groups to which needles at each of 32 places may belong.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<byte> GroupsAt(ref byte text, int at)
        {
            Vector256<byte> first = Vector256.LoadUnsafe(ref text, (nuint)at);
            Vector256<byte> second = Vector256.LoadUnsafe(ref text, (nuint)at + 1);
            Vector256<byte> third = Vector256.LoadUnsafe(ref text, (nuint)at + 2);
            Vector256<byte> fourth = Vector256.LoadUnsafe(ref text, (nuint)at + 3);
            return Lower(_lower0, first) & Lower(_lower1, second) & (Lower(_lower2, third) & Lower(_lower3, fourth))
                & (Upper(_upper0, first) & Upper(_upper1, second));
        }

        // x86's shuffles take the lower halves by themselves; of a byte that is no ASCII they make 0.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector256<byte> Lower(Vector256<byte> table, Vector256<byte> bytes) =>
            Ssse3.IsSupported ? Select(table, bytes) : Select(table, bytes & Vector256.Create((byte)0x8f));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector256<byte> Upper(Vector256<byte> table, Vector256<byte> bytes) =>
            Select(table, (bytes.AsUInt16() >> 4).AsByte() & Vector256.Create((byte)0xf));

        // A table's entries by 32 indices, each up to 15 or beyond 127, of which the processor makes 0. The table stands there twice, as
        // AVX2 wants it.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector256<byte> Select(Vector256<byte> table, Vector256<byte> indices) => Avx2.IsSupported
            ? Avx2.Shuffle(table, indices)
            : Vector256.Create(Select(table.GetLower(), indices.GetLower()), Select(table.GetLower(), indices.GetUpper()));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector128<byte> Select(Vector128<byte> table, Vector128<byte> indices) =>
            Ssse3.IsSupported ? Ssse3.Shuffle(table, indices) : Vector128.ShuffleNative(table, indices);

        private static Vector256<byte> Entry(int index, int group) =>
            Vector256<byte>.Zero.WithElement(index, (byte)(1 << group)).WithElement(index + 16, (byte)(1 << group));
    }
}
