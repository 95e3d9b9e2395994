using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Virtward.Guard.Filters.Needles;

/// <summary>
/// Finds many needles in a block in one pass, 64 places in a step. Needles are put into eight groups, one bit each; for each of a needle's
/// bytes two small tables, of its lower and of its upper half, tell the groups that it may belong to, and a place where a bit is left
/// over after all is compared exactly. (This is the "Teddy" of Hyperscan and grep's relatives.) Two of the four bytes are enough where the
/// needles are few, if they are the right two: a sample tells.
/// </summary>
public sealed class NeedleScanner
{
    private const int Groups = 8;
    private const int Half = 32;
    private const int Step = 2 * Half;

    // Where more places than one of so many would be compared in vain, all four bytes are looked at.
    private const int MostInVain = 128;

    private readonly NeedleTables _tables;
    private readonly NeedlePair? _pair;

    // A hash table without collisions: where there is no needle of this hash stands one of another.
    private readonly uint[] _exact;
    private readonly ulong[] _marks;
    private readonly uint _multiplier;
    private readonly int _shift;

    /// <summary>A scanner.</summary>
    /// <param name="needles">What to look for, at least one, each once; and a mark of any meaning, to be had of each place that is found.</param>
    /// <param name="sample">What it will be looked for in; empty where nothing is known of that.</param>
    public NeedleScanner(ImmutableArray<(uint Needle, ulong Mark)> needles, ReadOnlySpan<byte> sample = default)
    {
        ImmutableArray<uint> words = [.. needles.Select(needle => needle.Needle)];
        ImmutableArray<(uint Needle, int Group)> grouped = [.. Grouped(words)];
        _tables = new NeedleTables(grouped);
        _pair = NeedlePair.Best(grouped, sample, out int candidates);
        (_exact, _multiplier, _shift) = Hashed(words);
        _marks = new ulong[_exact.Length];
        foreach ((uint needle, ulong mark) in needles)
        {
            _marks[(needle * _multiplier) >> _shift] = mark;
        }

        if (candidates - Count(sample) > sample.Length / MostInVain)
        {
            _pair = null;
        }
    }

    /// <summary>The most places that are found in one step: so much room must be left.</summary>
    public static int MostInStep => Step;

    /// <summary>Finds where needles begin.</summary>
    /// <param name="text">The text.</param>
    /// <param name="from">Where to begin; then where to go on. Beyond the last four bytes of the text there is nothing more to find.</param>
    /// <param name="found">Takes the places, in order, as long as there is room for <see cref="MostInStep"/>.</param>
    /// <returns>How many.</returns>
    public int Find(ReadOnlySpan<byte> text, ref int from, Span<int> found) =>
        _pair is { } pair ? Find(text, pair, ref from, found) : Find(text, _tables, ref from, found);

    // Once for each kind of tables: the compiler makes the loop anew for a struct.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Find<T>(ReadOnlySpan<byte> text, T tables, ref int from, Span<int> found)
        where T : struct, INeedleTables
    {
        ref byte start = ref MemoryMarshal.GetReference(text);
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

    /// <summary>How many needles stand in a text.</summary>
    private int Count(ReadOnlySpan<byte> text)
    {
        int count = 0;
        for (; text.Length >= Needle.Length; text = text[1..])
        {
            count += IsNeedle(Needle.At(text)) ? 1 : 0;
        }

        return count;
    }

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
}
