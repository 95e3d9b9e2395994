using Virtward.Core.Net;
using Virtward.Guard;
using Virtward.Guard.Bans;

namespace Virtward.Output;

/// <summary>Counts what a run of the guard decided: bans, and of the addresses that were shut out both halves, all and attackers.</summary>
public sealed class BanTally
{
    private readonly Dictionary<Prefix, (int Members, double ShutOut)> _targets = [];

    /// <summary>Bans of single attackers.</summary>
    public long Bans { get; private set; }

    /// <summary>Bans of prefixes made from several attackers.</summary>
    public long PrefixBans { get; private set; }

    /// <summary>Counts one event.</summary>
    public void Add(GuardEvent happened)
    {
        if (happened is GuardEvent.Banned banned)
        {
            Add(banned.Ban);
        }
    }

    /// <summary>Counts one ban.</summary>
    public void Add(Ban ban)
    {
        if (ban.Origin == BanOrigin.Prefix)
        {
            PrefixBans++;
        }
        else
        {
            Bans++;
        }

        _targets[ban.Target] = (Math.Max(ban.Members, _targets.GetValueOrDefault(ban.Target).Members), ban.ShutsOut);
    }

    /// <summary>
    /// What was shut out at some time: IPv4 addresses, IPv6 /64s, and how many attackers are in both. What lies inside a wider ban
    /// counts once.
    /// </summary>
    public (double V4Addresses, double V6Networks, long Attackers) ShutOut()
    {
        var counter = new ShutOutCounter();
        foreach ((Prefix target, (int members, double shutOut)) in _targets.OrderBy(entry => entry.Key))
        {
            counter.Add(target, members, BanOrigin.Jail, shutOut);
        }

        ShutOut total = counter.Total;
        return (total.V4Addresses, total.V6Networks, total.Attackers);
    }
}
