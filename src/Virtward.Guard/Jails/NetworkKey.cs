using System.Numerics;
using Virtward.Core.Net;

namespace Virtward.Guard.Jails;

/// <summary>
/// A prefix that is wider than one <see cref="SubjectKey"/>, in eight bytes: the subject's bits, cut at the prefix's length, with a one bit
/// right after them to tell where that is.
/// </summary>
/// <param name="Bits">The bits, as above.</param>
public readonly record struct NetworkKey(ulong Bits)
{
    /// <summary>The prefix of a length that a subject lies in; 1 to 31 for IPv4, 1 to 63 for IPv6.</summary>
    public static NetworkKey Of(SubjectKey subject, int length)
    {
        ulong end = 1UL << (subject.Length - length - 1);
        return new NetworkKey((subject.Bits & ~((end << 1) - 1)) | end);
    }

    /// <summary>Takes over a prefix; false where it is too long or too short for one.</summary>
    public static bool TryFrom(Prefix prefix, out NetworkKey key)
    {
        bool fits = SubjectKey.TryFrom(prefix.First, out SubjectKey first) && prefix.IsV4 == first.IsV4
            && prefix.Length >= 1 && prefix.Length < first.Length;
        key = fits ? Of(first, prefix.Length) : default;
        return fits;
    }

    /// <summary>The prefix.</summary>
    public Prefix ToPrefix()
    {
        int free = BitOperations.TrailingZeroCount(Bits) + 1;
        ulong first = Bits & (Bits - 1);
        return first >= SubjectKey.V4Marker
            ? new Prefix(Address.FromV4((uint)first), 32 - free)
            : new Prefix(new Address(first, 0), 64 - free);
    }
}
