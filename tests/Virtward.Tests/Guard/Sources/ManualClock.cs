namespace Virtward.Tests.Guard.Sources;

/// <summary>A clock that only runs ahead of its base when told.</summary>
public sealed class ManualClock : TimeProvider
{
    private readonly DateTimeOffset _start;
    private readonly bool _runs;
    private TimeSpan _ahead;

    /// <param name="runs">Whether the wall clock runs on, as it must beside real files; the timestamps never do.</param>
    public ManualClock(bool runs)
    {
        _runs = runs;
        _start = runs ? System.GetUtcNow() : new DateTimeOffset(2026, 11, 21, 20, 0, 0, TimeSpan.Zero);
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ahead.Ticks;

    public override DateTimeOffset GetUtcNow() => (_runs ? System.GetUtcNow() : _start) + _ahead;

    public void Advance(TimeSpan by) => _ahead += by;
}
