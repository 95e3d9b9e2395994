using Virtward.Core.Host;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Guard.Enforcement;
using Virtward.Guard.Store;

namespace Virtward.Daemon;

/// <summary>The kernel's running counts, and what came since the last look. Thread-safe.</summary>
/// <param name="enforcer">Reads the counts.</param>
/// <param name="clock">Tells how old a reading is.</param>
public sealed class StoppedCounter(Enforcer enforcer, TimeProvider clock)
{
    // The kernel walks a set from its start again for each 32 KB that it tells: what takes no time for thousands takes a second of it for a
    // hundred thousand.
    private const int Many = 20_000;
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private IReadOnlyDictionary<Prefix, PacketCount> _last = new Dictionary<Prefix, PacketCount>();
    private IReadOnlyDictionary<Prefix, PacketCount>? _known;
    private long _knownAt;

    /// <summary>What each target has been stopped from; where very many bans are in force, as of a minute ago at most.</summary>
    /// <param name="bans">How many bans are in force.</param>
    public IReadOnlyDictionary<Prefix, PacketCount> Counts(int bans)
    {
        lock (_gate)
        {
            bool asKnown = bans >= Many && _known is not null && clock.GetElapsedTime(_knownAt) < Fresh;
            return (asKnown ? _known : Look()) ?? _last;
        }
    }

    /// <summary>What each target has been stopped from since the last call; nothing where the kernel cannot be read just now.</summary>
    public IReadOnlyList<StoppedTraffic> Read()
    {
        lock (_gate)
        {
            return Look() is { } counts ? Since(counts) : [];
        }
    }

    // Null where the kernel cannot be read just now.
    private IReadOnlyDictionary<Prefix, PacketCount>? Look()
    {
        if (!enforcer.ReadCounts().TryGet(out IReadOnlyDictionary<Prefix, PacketCount>? counts, out Problem? _))
        {
            return null;
        }

        _known = counts;
        _knownAt = clock.GetTimestamp();
        return counts;
    }

    private List<StoppedTraffic> Since(IReadOnlyDictionary<Prefix, PacketCount> counts)
    {
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
