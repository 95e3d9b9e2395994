using System.Buffers;
using System.Runtime.CompilerServices;

namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>A set of ASCII characters, and whether the end of the text is in it.</summary>
/// <param name="Low">The characters 0 to 63, one bit each.</param>
/// <param name="High">The characters 64 to 127.</param>
/// <param name="End">Whether the end of the text is in it.</param>
public readonly record struct ByteSet(ulong Low, ulong High, bool End)
{
    /// <summary>Every character and the end.</summary>
    public static ByteSet All => new(ulong.MaxValue, ulong.MaxValue, true);

    /// <summary>The set of one character.</summary>
    public static ByteSet Of(char c) => Where(other => other == c);

    /// <summary>The set of the characters that satisfy a condition.</summary>
    public static ByteSet Where(Predicate<char> condition)
    {
        ulong low = 0;
        ulong high = 0;
        for (int c = 0; c < 64; c++)
        {
            low |= condition((char)c) ? 1UL << c : 0;
            high |= condition((char)(c + 64)) ? 1UL << c : 0;
        }

        return new ByteSet(low, high, false);
    }

    /// <summary>Its only character; null where it has none or several.</summary>
    public byte? Single => Bytes() is { Length: 1 } bytes && !End ? bytes[0] : null;

    /// <summary>Its characters.</summary>
    public byte[] Bytes()
    {
        ByteSet set = this;
        return [.. Enumerable.Range(0, 128).Select(c => (byte)c).Where(c => set.Contains(c))];
    }

    /// <summary>The characters, for searches.</summary>
    public SearchValues<byte> Values() => SearchValues.Create(Bytes());

    /// <summary>What is not in it; the end is in neither.</summary>
    public ByteSet Others() => new(~Low, ~High, false);

    /// <summary>What is in either.</summary>
    public ByteSet Or(ByteSet other) => new(Low | other.Low, High | other.High, End || other.End);

    /// <summary>Whether a character is in both.</summary>
    public bool Shares(ByteSet other) => ((Low & other.Low) | (High & other.High)) != 0;

    /// <summary>Whether a character, below 128, is in it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Contains(byte c) => ((c < 64 ? Low : High) >> (c & 63) & 1) != 0;

    /// <summary>Whether what stands at a place of a text, a character or its end, is in it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Admits(ReadOnlySpan<byte> text, int at) => (uint)at < (uint)text.Length ? Contains(text[at]) : End;
}
