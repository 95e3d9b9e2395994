using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Virtward.Guard.Filters.Headers;

/// <summary>
/// Runs of ASCII digits. Their lengths (ports, process ids) vary from line to line, so sixteen bytes are looked at in one step: a loop's
/// mispredicted end costs more than all the rest.
/// </summary>
public static class Digits
{
    /// <summary>How many digits a text starts with.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int AtStart(ReadOnlySpan<byte> text)
    {
        int length = 0;
        if (text.Length >= Vector128<byte>.Count)
        {
            length = BitOperations.TrailingZeroCount(Others(text) | 0x1_0000);
            if (length < Vector128<byte>.Count)
            {
                return length;
            }
        }

        while (length < text.Length && (uint)(text[length] - '0') <= 9)
        {
            length++;
        }

        return length;
    }

    /// <summary>Where the digits begin that stand before a place of a text; the place itself where there are none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int StartOf(ReadOnlySpan<byte> text, int end)
    {
        int start = end;
        if (end >= Vector128<byte>.Count)
        {
            int length = BitOperations.LeadingZeroCount((Others(text[(end - Vector128<byte>.Count)..]) << 16) | 0x8000);
            start -= length;
            if (length < Vector128<byte>.Count)
            {
                return start;
            }
        }

        while (start > 0 && (uint)(text[start - 1] - '0') <= 9)
        {
            start--;
        }

        return start;
    }

    /// <summary>The number that digits spell; at most eighteen of them.</summary>
    public static long Value(ReadOnlySpan<byte> digits)
    {
        long value = 0;
        foreach (byte digit in digits)
        {
            value = (value * 10) + digit - '0';
        }

        return value;
    }

    /// <summary>The number that the digits before a place spell; at most eighteen of them.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where they start.</param>
    /// <param name="end">Where they end.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Value(ReadOnlySpan<byte> text, int start, int end)
    {
        int length = end - start;
        if (length is 0 or > sizeof(ulong) || end < sizeof(ulong))
        {
            return Value(text[start..end]);
        }

        // Eight bytes that end with the digits, those before them made zeros; then neighbours are put together: ones, hundreds, ten thousands.
        ulong digits = (BinaryPrimitives.ReadUInt64LittleEndian(text[(end - sizeof(ulong))..]) ^ 0x3030_3030_3030_3030)
            >> (8 * (sizeof(ulong) - length)) << (8 * (sizeof(ulong) - length));
        digits = (digits * 10) + (digits >> 8);
        digits = (((digits & 0x0000_00ff_0000_00ff) * (100 + (1_000_000UL << 32))) + (((digits >> 16) & 0x0000_00ff_0000_00ff) * (1 + (10_000UL << 32)))) >> 32;
        return (long)digits;
    }

    /// <summary>The bytes among the first sixteen that are no digits, one bit each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Others(ReadOnlySpan<byte> text)
    {
        Vector128<byte> values = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(text)) - Vector128.Create((byte)'0');
        return Vector128.GreaterThan(values, Vector128.Create((byte)9)).ExtractMostSignificantBits();
    }
}
