namespace Virtward.Guard.Filters.Headers;

/// <summary>A log stamp taken apart, not yet placed in time: the year and the zone may be missing.</summary>
public readonly record struct Stamp
{
    /// <summary>Microseconds since the epoch at the stamp's wall clock, as if its zone were UTC; without a year, as if the year were <see cref="NoYear"/>.</summary>
    public required long WallMicroseconds { get; init; }

    /// <summary>Whether the stamp names its year (RFC 3164's does not).</summary>
    public bool HasYear { get; init; }

    /// <summary>The zone's distance from UTC in minutes, east positive; null where the stamp names none: the host's zone.</summary>
    public int? OffsetMinutes { get; init; }

    /// <summary>The year that a stamp without one is read in: a leap year, so that 29 Feb fits.</summary>
    public const int NoYear = 2000;
}
