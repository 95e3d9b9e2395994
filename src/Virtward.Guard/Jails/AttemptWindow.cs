using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Virtward.Core.Time;

namespace Virtward.Guard.Jails;

/// <summary>
/// The counted attempts of one subject in one jail: their exact times, in order. Nearly every attacker of a flood has one attempt or two,
/// so those need no array.
/// </summary>
public struct AttemptWindow
{
    private const int Few = 2;
    private Pair _few;
    private long[]? _several;

    /// <summary>How many attempts there are.</summary>
    public int Count { get; private set; }

    /// <summary>When a success last cleared attempts, in microseconds since the epoch; 0 if never.</summary>
    public long ForgivenAt { get; set; }

    /// <summary>The times, oldest first.</summary>
    public readonly ImmutableArray<long> Times => [.. Kept];

    /// <summary>The first counted attempt; there must be one.</summary>
    public readonly UnixTime First => new(Kept[0]);

    [UnscopedRef]
    private readonly ReadOnlySpan<long> Kept => (_several ?? (ReadOnlySpan<long>)_few)[..Count];

    [UnscopedRef]
    private Span<long> Room => _several ?? (Span<long>)_few;

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

        MakeRoom(Count + added);
        Span<long> times = Room;
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
        ReadOnlySpan<long> kept = Kept;
        int dropped = 0;
        while (dropped < kept.Length && kept[dropped] < time.Microseconds)
        {
            dropped++;
        }

        if (dropped == 0)
        {
            return 0;
        }

        kept = kept[dropped..];
        kept.CopyTo(kept.Length <= Few ? _few : Room);
        _several = kept.Length <= Few ? null : _several;
        Count = kept.Length;
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
        ForgivenAt += ForgivenAt == 0 ? 0 : micros;
        foreach (ref long time in Room[..Count])
        {
            time += micros;
        }
    }

    private void MakeRoom(int count)
    {
        if (count > Room.Length)
        {
            var larger = new long[Math.Max(count, Room.Length * 2)];
            Kept.CopyTo(larger);
            _several = larger;
        }
    }

    [InlineArray(Few)]
    private struct Pair
    {
        private long _first;
    }
}
