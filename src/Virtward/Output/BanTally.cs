using Virtward.Core.Net;
using Virtward.Guard;
using Virtward.Guard.Bans;

namespace Virtward.Output;

/// <summary>Counts what a run of the guard decided: bans, and of the addresses that were shut out both halves, all and attackers.</summary>
public sealed class BanTally
{
    private readonly Dictionary<Prefix, int> _members = [];

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

        _members[ban.Target] = Math.Max(ban.Members, _members.GetValueOrDefault(ban.Target));
    }

    /// <summary>
    /// What was shut out at some time: IPv4 addresses, IPv6 /64s, and how many attackers are in both. What lies inside a wider ban
    /// counts once.
    /// </summary>
    public (double V4Addresses, double V6Networks, long Attackers) ShutOut()
    {
        // Wider prefixes sort before those inside them, so whatever the last kept one contains is covered.
        double v4 = 0, v6 = 0;
        long attackers = 0;
        Prefix? kept = null;
        foreach ((Prefix target, int members) in _members.OrderBy(entry => entry.Key))
        {
            if (kept is { } wider && wider.Contains(target))
            {
                continue;
            }

            kept = target;
            attackers += members;
            if (target.IsV4)
            {
                v4 += target.Count;
            }
            else
            {
                v6 += Math.Max(1, target.Count / Math.Pow(2, 64));
            }
        }

        return (v4, v6, attackers);
    }
}
