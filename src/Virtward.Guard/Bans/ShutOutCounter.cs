using Virtward.Core.Net;

namespace Virtward.Guard.Bans;

/// <summary>
/// Adds up what bans shut out, in one pass and no memory: they come in the order of their targets, so what lies inside a wider one comes
/// after it, and counts once.
/// </summary>
public sealed class ShutOutCounter
{
    // The last target of each family that lies in no other, and the attackers that were counted for it.
    private Prefix? _widestV4;
    private Prefix? _widestV6;
    private int _counted;
    private int _bans;
    private int _prefixes;
    private double _v4;
    private double _v6;
    private long _attackers;

    /// <summary>What all of them come to so far.</summary>
    public ShutOut Total => new(_bans, _prefixes, _v4, _v6, _attackers);

    /// <summary>Counts bans in the order of their targets, as they were when they were decided.</summary>
    public static ShutOut Of(IEnumerable<Ban> bans) => Of(bans, static ban => ban.ShutsOut);

    /// <summary>Counts bans in the order of their targets; those of each family among themselves is enough.</summary>
    /// <param name="bans">The bans.</param>
    /// <param name="shutOut">How many addresses one shuts out.</param>
    public static ShutOut Of(IEnumerable<Ban> bans, Func<Ban, double> shutOut)
    {
        var counter = new ShutOutCounter();
        foreach (Ban ban in bans)
        {
            counter.Add(ban.Target, ban.Members, ban.Origin, shutOut(ban));
        }

        return counter.Total;
    }

    /// <summary>Counts one ban that shuts out all of its target.</summary>
    public void Add(Prefix target, int members, BanOrigin origin) => Add(target, members, origin, target.Count);

    /// <summary>Counts one ban.</summary>
    /// <param name="target">Its target.</param>
    /// <param name="members">How many attackers it stands for.</param>
    /// <param name="origin">Who decided.</param>
    /// <param name="shutOut">How many addresses it shuts out: not all, where the never-ban list holds some.</param>
    public void Add(Prefix target, int members, BanOrigin origin, double shutOut)
    {
        _bans++;
        _prefixes += origin == BanOrigin.Prefix ? 1 : 0;
        ref Prefix? widest = ref (target.IsV4 ? ref _widestV4 : ref _widestV6);
        if (widest is { } outer && outer.Contains(target))
        {
            // Of two jails' bans of one target, the one that knows of more attackers counts.
            int more = outer == target ? Math.Max(0, members - _counted) : 0;
            _counted += more;
            _attackers += more;
            return;
        }

        widest = target;
        _counted = members;
        _attackers += members;
        if (target.IsV4)
        {
            _v4 += shutOut;
        }
        else
        {
            _v6 += Math.Max(1, shutOut / Math.Pow(2, 64));
        }
    }
}
