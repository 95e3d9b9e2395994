using System.Runtime.Intrinsics;

namespace Virtward.Guard.Filters.Needles;

/// <summary>Tells quickly where needles may be.</summary>
public interface INeedleTables
{
    /// <summary>The groups to which needles at each of 32 places may belong, one bit each.</summary>
    /// <param name="text">A text, of which so many bytes and three more must be there after <paramref name="at"/>.</param>
    /// <param name="at">The first place.</param>
    Vector256<byte> GroupsAt(ref byte text, int at);
}
