using System.Collections.Immutable;
using Virtward.Core.Time;

namespace Virtward.Guard.Jails;

/// <summary>
/// The counted attempts of one subject in one jail: their exact times, in order. Nearly every attacker of a flood has one attempt only, so
/// the first needs no array.
/// </summary>
public struct AttemptWindow
{
    private long _single;
    private long[]? _several;

    /// <summary>How many attempts there are.</summary>
    public int Count { get; private set; }

    /// <summary>When a success last cleared attempts, in microseconds since the epoch; 0 if never.</summary>
    public long ForgivenAt { get; set; }

    /// <summary>The times, oldest first.</summary>
    public readonly ImmutableArray<long> Times => _several is null ? (Count == 0 ? [] : [_single]) : [.. _several.AsSpan(0, Count)];

    /// <summary>The first counted attempt; there must be one.</summary>
    public readonly UnixTime First => new(_several is null ? _single : _several[0]);

    /// <summary>Adds attempts of one time; more than the limit needs are not kept.</summary>
    /// <param name="time">The time; lines may come out of order.</param>
    /// <param name="attempts">How many; 1 or more.</param>
    /// <param name="limit">The most that are kept.</param>
    public void Add(UnixTime time, int attempts, int limit)
    {
        int added = Math.Min(attempts, limit - Count);
        if (added <= 0)
        {
            return;
        }

        if (Count == 0 && added == 1)
        {
            _single = time.Microseconds;
            Count = 1;
            return;
        }

        MakeRoom(Count + added);
        Span<long> times = _several;
        int at = Count;
        while (at > 0 && times[at - 1] > time.Microseconds)
        {
            at--;
        }

        times[at..Count].CopyTo(times[(at + added)..]);
        times.Slice(at, added).Fill(time.Microseconds);
        Count += added;
    }

    /// <summary>Drops the attempts before a time.</summary>
    /// <returns>How many there were.</returns>
    public int DropBefore(UnixTime time)
    {
        if (Count == 0 || First >= time)
        {
            return 0;
        }

        int dropped = 1;
        while (dropped < Count && _several![dropped] < time.Microseconds)
        {
            dropped++;
        }

        _several?.AsSpan(dropped, Count - dropped).CopyTo(_several);
        Count -= dropped;
        if (Count == 0)
        {
            _several = null;
        }

        return dropped;
    }

    /// <summary>Drops all attempts.</summary>
    public void Clear()
    {
        Count = 0;
        _several = null;
    }

    /// <summary>Moves all times, because the clock was set.</summary>
    public void Shift(TimeSpan by)
    {
        long micros = by.Ticks / TimeSpan.TicksPerMicrosecond;
        _single += micros;
        ForgivenAt += ForgivenAt == 0 ? 0 : micros;
        foreach (ref long time in _several.AsSpan())
        {
            time += micros;
        }
    }

    private void MakeRoom(int count)
    {
        if (_several is null)
        {
            _several = new long[Math.Max(4, count)];
            _several[0] = _single;
        }
        else if (_several.Length < count)
        {
            Array.Resize(ref _several, Math.Max(count, _several.Length * 2));
        }
    }
}
