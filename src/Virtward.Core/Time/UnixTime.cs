using System.Globalization;

namespace Virtward.Core.Time;

/// <summary>A point in time: microseconds since 1970-01-01T00:00:00Z, as the journal and log stamps have it. Eight bytes.</summary>
/// <param name="Microseconds">Microseconds since the epoch, leap seconds not counted (POSIX time).</param>
public readonly record struct UnixTime(long Microseconds) : IComparable<UnixTime>
{
    private const long MaxMicros = long.MaxValue / TimeSpan.TicksPerMicrosecond;
    private const long MinMicros = long.MinValue / TimeSpan.TicksPerMicrosecond;

    /// <summary>No time known: the smallest value.</summary>
    public static readonly UnixTime None = new(long.MinValue);

    /// <summary>Never: the largest value, for what has no end.</summary>
    public static readonly UnixTime Never = new(long.MaxValue);

    /// <summary>Whether there is a time at all.</summary>
    public bool IsKnown => Microseconds != long.MinValue;

    /// <summary>Whole seconds since the epoch, rounded down.</summary>
    public long Seconds => Math.DivRem(Microseconds, 1_000_000) is var (q, r) && r < 0 ? q - 1 : Microseconds / 1_000_000;

    /// <summary>A time from whole seconds since the epoch.</summary>
    public static UnixTime FromSeconds(long seconds) => new(seconds * 1_000_000);

    /// <summary>A time from the framework's type.</summary>
    public static UnixTime From(DateTimeOffset time) => new((time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);

    /// <summary>The time that a clock shows.</summary>
    public static UnixTime Now(TimeProvider clock) => From(clock.GetUtcNow());

    /// <summary>The framework's type, in UTC; out-of-range values are clamped to its ends.</summary>
    public DateTimeOffset ToDateTimeOffset()
    {
        long max = (DateTimeOffset.MaxValue.Ticks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
        long min = (DateTimeOffset.MinValue.Ticks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
        return DateTimeOffset.UnixEpoch.AddTicks(Math.Clamp(Microseconds, min, max) * TimeSpan.TicksPerMicrosecond);
    }

    /// <summary>Later by a span; <see cref="Never"/> stays, and the sum never overflows.</summary>
    public static UnixTime operator +(UnixTime time, TimeSpan span)
    {
        if (time == Never || time == None)
        {
            return time;
        }

        long micros = span.Ticks / TimeSpan.TicksPerMicrosecond;
        return micros > 0 && time.Microseconds > long.MaxValue - micros ? Never : new UnixTime(time.Microseconds + micros);
    }

    /// <summary>Earlier by a span.</summary>
    public static UnixTime operator -(UnixTime time, TimeSpan span) => time + -span;

    /// <summary>The span from one time to another, clamped to what a TimeSpan holds.</summary>
    public static TimeSpan operator -(UnixTime later, UnixTime earlier)
    {
        // Two's complement: the difference has overflowed where the two have different signs and it has not the first one's.
        long micros = unchecked(later.Microseconds - earlier.Microseconds);
        bool overflowed = ((later.Microseconds ^ earlier.Microseconds) & (later.Microseconds ^ micros)) < 0;
        return !overflowed && micros is >= MinMicros and <= MaxMicros
            ? new TimeSpan(micros * TimeSpan.TicksPerMicrosecond)
            : later > earlier ? TimeSpan.MaxValue : TimeSpan.MinValue;
    }

    /// <summary>Before.</summary>
    public static bool operator <(UnixTime left, UnixTime right) => left.Microseconds < right.Microseconds;

    /// <summary>After.</summary>
    public static bool operator >(UnixTime left, UnixTime right) => left.Microseconds > right.Microseconds;

    /// <summary>Before or same.</summary>
    public static bool operator <=(UnixTime left, UnixTime right) => left.Microseconds <= right.Microseconds;

    /// <summary>After or same.</summary>
    public static bool operator >=(UnixTime left, UnixTime right) => left.Microseconds >= right.Microseconds;

    /// <inheritdoc/>
    public int CompareTo(UnixTime other) => Microseconds.CompareTo(other.Microseconds);

    /// <summary>RFC 3339 in UTC, with a fraction only where there is one: <c>2026-11-21T19:50:00Z</c>; "never" and "unknown" for the ends.</summary>
    public override string ToString() =>
        this == Never ? "never"
        : this == None ? "unknown"
        : ToDateTimeOffset().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);
}
