using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>Three numbers of one to three digits, a point after each: <c>\d{1,3}\.\d{1,3}\.\d{1,3}\.</c> in one look at sixteen characters.</summary>
public static class DottedNumbers
{
    private const int MostDigits = 3;

    /// <summary>How long the numbers at a place of a text are, the last point among them; -1: there are no such.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Length(ReadOnlySpan<byte> text, int at)
    {
        if (text.Length - at < Vector128<byte>.Count)
        {
            return LengthNearEnd(text, at);
        }

        Vector128<byte> characters = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(text), (nuint)at);
        uint points = Vector128.Equals(characters, Vector128.Create((byte)'.')).ExtractMostSignificantBits();
        uint others = Vector128.GreaterThan(characters - Vector128.Create((byte)'0'), Vector128.Create((byte)9)).ExtractMostSignificantBits();
        int first = BitOperations.TrailingZeroCount(others);
        others &= others - 1;
        int second = BitOperations.TrailingZeroCount(others);
        others &= others - 1;
        int third = BitOperations.TrailingZeroCount(others);

        // The three that are no digits must be points, with one to three digits before each. Where there are none, that is far away.
        return (uint)(first - 1) < MostDigits && (uint)(second - first - 2) < MostDigits && (uint)(third - second - 2) < MostDigits
            && (points >> first & points >> second & points >> third & 1) != 0
                ? third + 1
                : -1;
    }

    private static int LengthNearEnd(ReadOnlySpan<byte> text, int at)
    {
        int start = at;
        for (int numbers = 0; numbers < 3; numbers++)
        {
            int digits = 0;
            while (digits < MostDigits && at + digits < text.Length && char.IsAsciiDigit((char)text[at + digits]))
            {
                digits++;
            }

            at += digits;
            if (digits == 0 || at == text.Length || text[at++] != '.')
            {
                return -1;
            }
        }

        return at - start;
    }
}
