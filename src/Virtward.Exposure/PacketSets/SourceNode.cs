using Virtward.Core.Net;
using Virtward.Exposure.Answers;

namespace Virtward.Exposure.PacketSets;

/// <summary>What a large set of sources is made from when somebody looks at it.</summary>
/// <param name="reader">Makes it.</param>
/// <param name="set">The set of packets.</param>
/// <param name="v6">Of IPv6 sources, else of IPv4.</param>
internal sealed class SourceNode(SourceReader reader, int set, bool v6)
{
    /// <summary>How it lies in another set.</summary>
    public SourceShape Measure(PrefixSet within) => reader.Measure(set, within, v6);

    /// <summary>Tells its intervals one after the other, in order, without making them all; false: it is one of IPv6, which has to be made.</summary>
    public bool TryWalk(Action<Address, Address> each)
    {
        if (!v6)
        {
            reader.Walk(set, each);
        }

        return !v6;
    }
}
