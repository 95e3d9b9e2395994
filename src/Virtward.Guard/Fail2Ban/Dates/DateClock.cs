using Virtward.Core.Time;

namespace Virtward.Guard.Fail2Ban.Dates;

/// <summary>What a date needs to know beyond its own text.</summary>
/// <param name="Now">The time it is: for the year and the day that a stamp leaves out.</param>
/// <param name="Zone">The zone of stamps without one.</param>
/// <param name="IsLive">Whether lines are written now; in a replay the last known date does not grow old.</param>
public readonly record struct DateClock(UnixTime Now, TimeZoneInfo Zone, bool IsLive = true)
{
    /// <summary>The time it is in the zone.</summary>
    public DateTime Local => TimeZoneInfo.ConvertTime(Now.ToDateTimeOffset(), Zone).DateTime;
}
