using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Virtward.Guard.Filters.Needles;

/// <summary>A table of sixteen entries by the lower or the upper half of a byte: the groups of the needles that have such a byte, one bit each.</summary>
public readonly struct HalfTable
{
    // It stands there twice, as AVX2 wants it.
    private readonly Vector256<byte> _entries;

    private HalfTable(Vector256<byte> entries) => _entries = entries;

    /// <summary>The table with one more entry.</summary>
    /// <param name="half">The half of a byte, 0 to 15.</param>
    /// <param name="group">The group, 0 to 7.</param>
    public HalfTable With(int half, int group)
    {
        byte groups = (byte)(_entries[half] | (1 << group));
        return new HalfTable(_entries.WithElement(half, groups).WithElement(half + Vector128<byte>.Count, groups));
    }

    /// <summary>The groups by the lower half of a byte.</summary>
    public byte OfLower(byte b) => b > 127 ? (byte)0 : _entries[b & 0xf];

    /// <summary>The groups by the upper half of a byte.</summary>
    public byte OfUpper(byte b) => _entries[b >> 4];

    /// <summary>The groups by the lower halves of 32 bytes; of a byte that is no ASCII there are none. x86's shuffles do just that.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<byte> OfLower(Vector256<byte> bytes) =>
        Ssse3.IsSupported ? Select(bytes) : Select(bytes & Vector256.Create((byte)0x8f));

    /// <summary>The groups by the upper halves of 32 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<byte> OfUpper(Vector256<byte> bytes) =>
        Select((bytes.AsUInt16() >> 4).AsByte() & Vector256.Create((byte)0xf));

    // Each index is up to 15 or beyond 127, of which the processor makes 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<byte> Select(Vector256<byte> indices) => Avx2.IsSupported
        ? Avx2.Shuffle(_entries, indices)
        : Vector256.Create(Select(_entries.GetLower(), indices.GetLower()), Select(_entries.GetLower(), indices.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Select(Vector128<byte> table, Vector128<byte> indices) =>
        Ssse3.IsSupported ? Ssse3.Shuffle(table, indices) : Vector128.ShuffleNative(table, indices);
}
