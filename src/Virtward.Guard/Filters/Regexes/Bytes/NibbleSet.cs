using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>
/// A set of ASCII characters as a table of sixteen bytes: one for the lower half of a character, in it a bit for each upper half. So sixteen
/// characters are looked up in one step, however many of them are in the set.
/// </summary>
public static class NibbleSet
{
    /// <summary>Makes the table of a set.</summary>
    public static (ulong Low, ulong High) Of(ByteSet set)
    {
        Span<byte> table = stackalloc byte[16];
        foreach (byte c in set.Bytes())
        {
            table[c & 15] |= (byte)(1 << (c >> 4));
        }

        return (MemoryMarshal.Read<ulong>(table), MemoryMarshal.Read<ulong>(table[8..]));
    }

    /// <summary>Whether a character is in a set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Contains(ulong low, ulong high, byte c) =>
        c < 128 && ((byte)(((c & 8) == 0 ? low : high) >> (8 * (c & 7))) >> (c >> 4) & 1) != 0;

    /// <summary>How many characters of a set stand in a row at a place.</summary>
    /// <param name="low">The first half of the set's table.</param>
    /// <param name="high">The second half.</param>
    /// <param name="text">The text, ASCII.</param>
    /// <param name="at">The place, up to the text's end.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int RunLength(ulong low, ulong high, ReadOnlySpan<byte> text, int at)
    {
        if (text.Length < Vector128<byte>.Count)
        {
            return ShortRunLength(low, high, text, at);
        }

        // Near the end of the text the last sixteen characters are looked at, and those before the place shifted away.
        int from = Math.Min(at, text.Length - Vector128<byte>.Count);
        uint others = Others(low, high, text, from) >> (at - from);
        return others != 0 ? BitOperations.TrailingZeroCount(others)
            : from < at ? text.Length - at
            : LongRunLength(low, high, text, at);
    }

    private static int LongRunLength(ulong low, ulong high, ReadOnlySpan<byte> text, int at)
    {
        int run = Vector128<byte>.Count;
        while (at + run <= text.Length - Vector128<byte>.Count)
        {
            uint others = Others(low, high, text, at + run);
            if (others != 0)
            {
                return run + BitOperations.TrailingZeroCount(others);
            }

            run += Vector128<byte>.Count;
        }

        int from = text.Length - Vector128<byte>.Count;
        uint rest = Others(low, high, text, from) >> (at + run - from);
        return rest != 0 ? run + BitOperations.TrailingZeroCount(rest) : text.Length - at;
    }

    private static int ShortRunLength(ulong low, ulong high, ReadOnlySpan<byte> text, int at)
    {
        int end = at;
        while (end < text.Length && Contains(low, high, text[end]))
        {
            end++;
        }

        return end - at;
    }

    // A bit for each of sixteen characters that is not in the set.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Others(ulong low, ulong high, ReadOnlySpan<byte> text, int at)
    {
        Vector128<byte> characters = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(text), (nuint)at);
        Vector128<byte> upper = Vector128.ShiftRightLogical(characters, 4);
        Vector128<byte> bits = Vector128.ShuffleNative(Vector128.Create(0x8040201008040201UL, 0UL).AsByte(), upper);
        Vector128<byte> table = Vector128.Create(low, high).AsByte();
        return Vector128.Equals(Vector128.ShuffleNative(table, characters & Vector128.Create((byte)15)) & bits, Vector128<byte>.Zero).ExtractMostSignificantBits();
    }
}
