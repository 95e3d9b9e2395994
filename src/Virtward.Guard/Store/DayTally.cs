using Virtward.Core.Time;
using Virtward.Guard.Bans;

namespace Virtward.Guard.Store;

/// <summary>Adds up what one commit, or a whole memory store, did by day and jail.</summary>
public sealed class DayTally
{
    private readonly Dictionary<(long Day, string Jail), DayTotal> _totals = [];

    /// <summary>The totals so far, in no order.</summary>
    public IReadOnlyCollection<DayTotal> Totals => _totals.Values;

    /// <summary>The number of the day (UTC) that a time lies in, counted from 1970-01-01.</summary>
    public static long DayOf(UnixTime time) => (long)Math.Floor(time.Seconds / 86_400.0);

    /// <summary>The first moment of a day.</summary>
    public static UnixTime StartOf(long day) => UnixTime.FromSeconds(day * 86_400);

    /// <summary>Counts a ban that began.</summary>
    public void Began(Ban ban) => Add(ban.Since, ban.Jail, total => total with
    {
        Bans = total.Bans + 1,
        PrefixBans = total.PrefixBans + (ban.Origin == BanOrigin.Prefix ? 1 : 0),
    });

    /// <summary>Counts a ban that the never-ban list forbade; other events count nowhere.</summary>
    public void Count(GuardEvent guardEvent)
    {
        if (guardEvent is GuardEvent.Spared { Ban.Jail: var jail })
        {
            Add(guardEvent.Time, jail, total => total with { Spared = total.Spared + 1 });
        }
    }

    /// <summary>Counts traffic that a jail's ban has stopped.</summary>
    public void Stopped(UnixTime time, string jail, StoppedTraffic stopped) =>
        Add(time, jail, total => total with { Packets = total.Packets + stopped.Packets, Bytes = total.Bytes + stopped.Bytes });

    private void Add(UnixTime time, string jail, Func<DayTotal, DayTotal> add)
    {
        long day = DayOf(time);
        DayTotal total = _totals.GetValueOrDefault((day, jail)) ?? new DayTotal(StartOf(day), jail, 0, 0, 0, 0, 0);
        _totals[(day, jail)] = add(total);
    }
}
