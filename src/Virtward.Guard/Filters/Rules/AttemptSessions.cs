using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Virtward.Core.Time;

namespace Virtward.Guard.Filters.Rules;

/// <summary>
/// Counts attempts, not lines. One login attempt writes several lines ("Invalid user", "Failed password", "Connection closed"), each
/// of another <i>series</i>. What a session has tried is the largest sum of its series, and a line adds as much as that grows.
/// </summary>
/// <remarks>
/// Bounded: <see cref="Capacity"/> sessions (sshd alone admits 100 unauthenticated connections at once, MaxStartups), in sets of four of which the one longest unheard of gives way; a session not heard of for
/// <see cref="Lifetime"/> is over (its process id is somebody else's). Nothing is allocated after the first use.
/// </remarks>
public sealed class AttemptSessions
{
    /// <summary>How many series a filter may have.</summary>
    public const int MostSeries = 8;

    /// <summary>How many sessions are remembered.</summary>
    public const int Capacity = 16_384;

    private const int Ways = 4;
    private const int LifetimeSeconds = 600;

    private Set[] _sets = [];

    /// <summary>How long a session is remembered after its last line.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromSeconds(LifetimeSeconds);

    /// <summary>
    /// Has the processor fetch what is kept of sessions of a place, the upper half of their 64 bits, before it is asked for: the table does not
    /// stay in the nearer caches, and what is done meanwhile takes as long as fetching it.
    /// </summary>
    /// <param name="place">The place.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Expect(uint place)
    {
        Set[] sets = _sets;
        if (sets.Length > 0)
        {
            ref Set set = ref sets[(int)place & (sets.Length - 1)];
            _ = Volatile.Read(ref set.Sessions[0]);
            _ = Volatile.Read(ref set.Slots[Ways - 1].Seconds);
        }
    }

    /// <summary>Adds attempts to a session's series.</summary>
    /// <param name="session">The session: 64 bits that tell it from others; the upper half says where it is kept.</param>
    /// <param name="series">The series, below <see cref="MostSeries"/>.</param>
    /// <param name="attempts">How many.</param>
    /// <param name="time">When, by the line's stamp.</param>
    /// <returns>By how much the session's largest sum grew.</returns>
    public int Add(ulong session, int series, int attempts, UnixTime time)
    {
        if (_sets.Length == 0)
        {
            _sets = new Set[Capacity / Ways]; // 512 KB
        }

        int now = (int)(time.Microseconds / 1_000_000);
        ref Slot slot = ref Find(ref _sets[(int)(session >> 32) & (_sets.Length - 1)], session, now);
        slot.Seconds = Math.Max(slot.Seconds, now);
        int sum = Math.Min(slot.Sums[series] + attempts, ushort.MaxValue);
        slot.Sums[series] = (ushort)sum;
        int grown = Math.Max(sum - slot.Largest, 0);
        slot.Largest += grown;
        return grown;
    }

    private static ref Slot Find(ref Set set, ulong session, int now)
    {
        // All four keys in one compare: which of them it is changes from line to line, and a loop's end would be mispredicted.
        uint found = Vector256.Equals(Vector256.LoadUnsafe(ref set.Sessions[0]), Vector256.Create(session)).ExtractMostSignificantBits();
        int way = found != 0 ? BitOperations.TrailingZeroCount(found) : Oldest(ref set);

        // Stamps of one burst may be out of order, so the distance counts in both directions.
        if (found == 0 || Math.Abs((long)now - set.Slots[way].Seconds) > LifetimeSeconds)
        {
            set.Sessions[way] = session;
            set.Slots[way] = default;
        }

        return ref set.Slots[way];
    }

    private static int Oldest(ref Set set)
    {
        int oldest = 0;
        for (int way = 1; way < Ways; way++)
        {
            oldest = set.Slots[way].Seconds < set.Slots[oldest].Seconds ? way : oldest;
        }

        return oldest;
    }

    // The keys beside each other, the rest behind them.
    private struct Set
    {
        public Keys Sessions;
        public Entries Slots;
    }

    private struct Slot
    {
        public SeriesSums Sums;
        public int Seconds;
        public int Largest;
    }

    [InlineArray(Ways)]
    private struct Keys
    {
        private ulong _first;
    }

    [InlineArray(Ways)]
    private struct Entries
    {
        private Slot _first;
    }

    [InlineArray(MostSeries)]
    private struct SeriesSums
    {
        private ushort _first;
    }
}
