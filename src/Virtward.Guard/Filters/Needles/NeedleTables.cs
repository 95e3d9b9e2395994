using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Virtward.Guard.Filters.Needles;

/// <summary>
/// All four bytes of needles: the groups of each lower half of a byte, and for the first two places of each upper half, which is enough.
/// </summary>
public readonly struct NeedleTables : INeedleTables
{
    private readonly HalfTable _lower0, _lower1, _lower2, _lower3;
    private readonly HalfTable _upper0, _upper1;

    /// <summary>The tables of needles, each with its group.</summary>
    public NeedleTables(IEnumerable<(uint Needle, int Group)> grouped)
    {
        foreach ((uint needle, int group) in grouped)
        {
            _lower0 = _lower0.With(Needle.Byte(needle, 0) & 0xf, group);
            _lower1 = _lower1.With(Needle.Byte(needle, 1) & 0xf, group);
            _lower2 = _lower2.With(Needle.Byte(needle, 2) & 0xf, group);
            _lower3 = _lower3.With(Needle.Byte(needle, 3) & 0xf, group);
            _upper0 = _upper0.With(Needle.Byte(needle, 0) >> 4, group);
            _upper1 = _upper1.With(Needle.Byte(needle, 1) >> 4, group);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector256<byte> GroupsAt(ref byte text, int at)
    {
        Vector256<byte> first = Vector256.LoadUnsafe(ref text, (nuint)at);
        Vector256<byte> second = Vector256.LoadUnsafe(ref text, (nuint)at + 1);
        Vector256<byte> third = Vector256.LoadUnsafe(ref text, (nuint)at + 2);
        Vector256<byte> fourth = Vector256.LoadUnsafe(ref text, (nuint)at + 3);
        return _lower0.OfLower(first) & _lower1.OfLower(second) & (_lower2.OfLower(third) & _lower3.OfLower(fourth))
            & (_upper0.OfUpper(first) & _upper1.OfUpper(second));
    }
}
