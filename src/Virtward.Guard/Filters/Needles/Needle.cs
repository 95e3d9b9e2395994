using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Virtward.Guard.Filters.Needles;

/// <summary>Four characters of ASCII that stand in every line of interest, as one number: short enough to be compared at once, long enough to be rare.</summary>
public static class Needle
{
    /// <summary>How long a needle is, in bytes.</summary>
    public const int Length = sizeof(uint);

    /// <summary>The needle that a text starts with; there must be so much of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint At(ReadOnlySpan<byte> text) => MemoryMarshal.Read<uint>(text);

    /// <summary>Whether all of it is ASCII.</summary>
    public static bool IsAscii(uint needle) => (needle & 0x8080_8080) == 0;

    /// <summary>One byte of a needle, as it stands in the text.</summary>
    public static byte Byte(uint needle, int index) => MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in needle))[index];
}
