using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Virtward.Guard.Filters.Templates;

/// <summary>The eight bytes at either end of a text as one number, so that most templates are ruled out by one compare.</summary>
public static class TextWord
{
    /// <summary>The first eight bytes, the first one lowest; zeros above where there are fewer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Start(ReadOnlySpan<byte> text) =>
        text.Length >= sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(text) : Short(text);

    /// <summary>The last eight bytes, the last one highest; zeros below where there are fewer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong End(ReadOnlySpan<byte> text) =>
        text.Length >= sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(text[^sizeof(ulong)..])
        : text.IsEmpty ? 0
        : Short(text) << (8 * (sizeof(ulong) - text.Length));

    /// <summary>The bits of <see cref="Start"/> that a prefix of some bytes fills.</summary>
    public static ulong StartMask(int bytes) => bytes >= sizeof(ulong) ? ulong.MaxValue : (1UL << (8 * bytes)) - 1;

    /// <summary>The bits of <see cref="End"/> that a suffix of some bytes fills.</summary>
    public static ulong EndMask(int bytes) => ~StartMask(Math.Max(sizeof(ulong) - bytes, 0));

    private static ulong Short(ReadOnlySpan<byte> text)
    {
        ulong word = 0;
        for (int i = 0; i < text.Length; i++)
        {
            word |= (ulong)text[i] << (8 * i);
        }

        return word;
    }
}
