using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Virtward.Guard.Sources;

/// <summary>What the newlines of a block tell: how many lines there are, and that none is too long.</summary>
public static class Newlines
{
    private const byte Newline = (byte)'\n';

    // As many bytes as a word has bits.
    private const int Chunk = 64;

    /// <summary>How many newlines there are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Count(ReadOnlySpan<byte> text)
    {
        ref byte start = ref MemoryMarshal.GetReference(text);
        Vector256<byte> newline = Vector256.Create(Newline);
        int count = 0;
        int at = 0;
        while (text.Length - at >= Chunk)
        {
            // Each byte counts its own column: 255 rows, and it is full. Two rows a step, each with columns of its own.
            int rows = Math.Min((text.Length - at) / Chunk, byte.MaxValue);
            Vector256<byte> even = default;
            Vector256<byte> odd = default;
            for (int row = 0; row < rows; row++, at += Chunk)
            {
                even -= Vector256.Equals(Vector256.LoadUnsafe(ref start, (nuint)at), newline);
                odd -= Vector256.Equals(Vector256.LoadUnsafe(ref start, (nuint)at + (nuint)Vector256<byte>.Count), newline);
            }

            count += Sum(even) + Sum(odd);
        }

        return count + text[at..].Count(Newline);
    }

    private static int Sum(Vector256<byte> columns)
    {
        (Vector256<ushort> even, Vector256<ushort> odd) = Vector256.Widen(columns);
        return Vector256.Sum(even + odd);
    }

    /// <summary>The line that a byte belongs to.</summary>
    /// <param name="text">Whole lines.</param>
    /// <param name="at">Where the byte is.</param>
    /// <param name="next">Where the line after it starts.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReadOnlySpan<byte> LineAt(ReadOnlySpan<byte> text, int at, out int next)
    {
        int end = LineEnd(text, at);
        next = end + 1;
        return text[LineStart(text, at)..end];
    }

    /// <summary>The start of the line that a byte belongs to. Lines are short: mostly two compares or four, without a call.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int LineStart(ReadOnlySpan<byte> text, int at)
    {
        for (; at >= Chunk; at -= Chunk)
        {
            ulong newlines = Of(text, at - Chunk);
            if (newlines != 0)
            {
                return at - BitOperations.LeadingZeroCount(newlines);
            }
        }

        return text[..at].LastIndexOf(Newline) + 1;
    }

    /// <summary>Where the line that a byte belongs to has its newline; there must be one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int LineEnd(ReadOnlySpan<byte> text, int at)
    {
        for (; at <= text.Length - Chunk; at += Chunk)
        {
            ulong newlines = Of(text, at);
            if (newlines != 0)
            {
                return at + BitOperations.TrailingZeroCount(newlines);
            }
        }

        return at + text[at..].IndexOf(Newline);
    }

    /// <summary>The newlines among 64 bytes, one bit each; there must be so many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ReadOnlySpan<byte> text, int at)
    {
        ref byte start = ref MemoryMarshal.GetReference(text);
        Vector256<byte> newline = Vector256.Create(Newline);
        uint low = Vector256.Equals(Vector256.LoadUnsafe(ref start, (nuint)at), newline).ExtractMostSignificantBits();
        uint high = Vector256.Equals(Vector256.LoadUnsafe(ref start, (nuint)(at + Vector256<byte>.Count)), newline).ExtractMostSignificantBits();
        return ((ulong)high << 32) | low;
    }

    /// <summary>
    /// Whether it is certain that no line is longer than a limit. A longer one would fill one of the pieces of half the limit that the
    /// text is looked through in; where one is full without being too long, the answer is no too.
    /// </summary>
    /// <param name="text">Whole lines.</param>
    /// <param name="limit">In bytes, without the newline.</param>
    public static bool AreWithin(ReadOnlySpan<byte> text, int limit)
    {
        int piece = Math.Max(limit / 2, 1);
        for (; text.Length >= piece; text = text[piece..])
        {
            if (!text[..piece].Contains(Newline))
            {
                return false;
            }
        }

        return true;
    }
}
