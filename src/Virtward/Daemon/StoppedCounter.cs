using Virtward.Core.Host;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Guard.Enforcement;
using Virtward.Guard.Store;

namespace Virtward.Daemon;

/// <summary>Turns the kernel's running counts into what came since the last look.</summary>
/// <param name="enforcer">Reads the counts.</param>
public sealed class StoppedCounter(Enforcer enforcer)
{
    private IReadOnlyDictionary<Prefix, PacketCount> _last = new Dictionary<Prefix, PacketCount>();

    /// <summary>What each target has been stopped from since the last call; nothing where the kernel cannot be read just now.</summary>
    public IReadOnlyList<StoppedTraffic> Read()
    {
        if (!enforcer.ReadCounts().TryGet(out IReadOnlyDictionary<Prefix, PacketCount>? counts, out Problem? _))
        {
            return [];
        }

        var since = new List<StoppedTraffic>();
        foreach ((Prefix target, PacketCount count) in counts)
        {
            // A count that is lower than before began anew: the element was removed and put back.
            PacketCount last = _last.GetValueOrDefault(target);
            bool anew = count.Packets < last.Packets;
            ulong packets = anew ? count.Packets : count.Packets - last.Packets;
            ulong bytes = anew ? count.Bytes : count.Bytes - last.Bytes;
            if (packets > 0)
            {
                since.Add(new StoppedTraffic(target, (long)packets, (long)bytes));
            }
        }

        _last = counts;
        return since;
    }
}
