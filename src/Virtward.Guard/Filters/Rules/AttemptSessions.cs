using System.Runtime.CompilerServices;
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

    private Slot[] _slots = [];

    /// <summary>How long a session is remembered after its last line.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromSeconds(LifetimeSeconds);

    /// <summary>Adds attempts to a session's series.</summary>
    /// <param name="session">The session: any 64 bits that tell it from others, well mixed.</param>
    /// <param name="series">The series, below <see cref="MostSeries"/>.</param>
    /// <param name="attempts">How many.</param>
    /// <param name="time">When, by the line's stamp.</param>
    /// <returns>By how much the session's largest sum grew.</returns>
    public int Add(ulong session, int series, int attempts, UnixTime time)
    {
        if (_slots.Length == 0)
        {
            _slots = new Slot[Capacity]; // 512 KB
        }

        int now = (int)(time.Microseconds / 1_000_000);
        int set = (int)(session >> 32) & ((Capacity / Ways) - 1);
        ref Slot slot = ref Find(_slots.AsSpan(set * Ways, Ways), session, now);
        slot.Seconds = Math.Max(slot.Seconds, now);
        int sum = Math.Min(slot.Sums[series] + attempts, ushort.MaxValue);
        slot.Sums[series] = (ushort)sum;
        int grown = Math.Max(sum - slot.Largest, 0);
        slot.Largest += grown;
        return grown;
    }

    private static ref Slot Find(Span<Slot> set, ulong session, int now)
    {
        int oldest = 0;
        for (int i = 0; i < set.Length; i++)
        {
            if (set[i].Session == session)
            {
                // Stamps of one burst may be out of order, so the distance counts in both directions.
                if (Math.Abs((long)now - set[i].Seconds) <= LifetimeSeconds)
                {
                    return ref set[i];
                }

                oldest = i;
                break;
            }

            oldest = set[i].Seconds < set[oldest].Seconds ? i : oldest;
        }

        set[oldest] = new Slot { Session = session };
        return ref set[oldest];
    }

    private struct Slot
    {
        public ulong Session;
        public SeriesSums Sums;
        public int Seconds;
        public int Largest;
    }

    [InlineArray(MostSeries)]
    private struct SeriesSums
    {
        private ushort _first;
    }
}
