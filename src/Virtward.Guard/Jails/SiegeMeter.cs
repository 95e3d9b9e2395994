using Virtward.Core.Policy;
using Virtward.Core.Time;

namespace Virtward.Guard.Jails;

/// <summary>
/// Who fails, and how often, in the siege's window, and what is normal: on the whole host, or in one jail. Sources are counted exactly up
/// to <see cref="MostSources"/>, which is a siege by any measure; failures in steps of a thirtieth of the window.
/// </summary>
/// <param name="name">As in <see cref="NormalLevel.Meter"/>.</param>
/// <param name="policy">The window and the limits.</param>
/// <param name="seed">The seed of <see cref="RecencyTable{T}"/>.</param>
public sealed class SiegeMeter(string name, SiegePolicy policy, ulong seed)
{
    /// <summary>The most sources that are counted.</summary>
    public const int MostSources = 65_536;

    private const int Steps = 30;

    private readonly RecencyTable<byte> _sources = new(seed);
    private readonly long[] _steps = new long[Steps];
    private readonly long _stepMicros = Math.Max(1, policy.Window.Ticks / TimeSpan.TicksPerMicrosecond / Steps);
    private long _step = long.MinValue;

    /// <summary>The distinct sources in the window.</summary>
    public int Sources => _sources.Count;

    /// <summary>The failures in the window.</summary>
    public long Failures { get; private set; }

    /// <summary>What is normal.</summary>
    public NormalLevel Normal { get; set; } = new(name, 0, 0);

    /// <summary>Whether the levels are those of a siege.</summary>
    public bool IsHigh => Sources >= policy.MinSources
        && (Sources > policy.Factor * Normal.Sources || Failures > policy.Factor * Normal.Failures);

    /// <summary>Whether the levels have come down to half of what makes a siege: it neither ends nor begins on a hair's breadth.</summary>
    public bool IsCalm => Sources < policy.MinSources / 2.0
        || (Sources <= policy.Factor * Normal.Sources / 2 && Failures <= policy.Factor * Normal.Failures / 2);

    /// <summary>Takes in failures of one source.</summary>
    public void Observe(SubjectKey subject, int attempts, UnixTime now)
    {
        Expire(now);
        _sources.TouchOrAdd(subject.Bits, now);
        if (_sources.Count > MostSources)
        {
            _sources.Remove(_sources.Oldest);
        }

        _steps[_step % Steps] += attempts;
        Failures += attempts;
    }

    /// <summary>Lets go of what has left the window.</summary>
    public void Expire(UnixTime now)
    {
        while (_sources.Count > 0 && now - _sources.SeenAt(_sources.Oldest) > policy.Window)
        {
            _sources.Remove(_sources.Oldest);
        }

        long step = Math.Max(0, now.Microseconds / _stepMicros);
        if (_step < step - Steps)
        {
            ClearFailures();
            _step = step;
        }

        while (_step < step)
        {
            ref long oldest = ref _steps[++_step % Steps];
            Failures -= oldest;
            oldest = 0;
        }
    }

    /// <summary>Learns from the window that has passed and from empty ones before it.</summary>
    /// <param name="weight">How much the new window counts, 0 to 1.</param>
    public void Learn(double weight) => Normal = Normal with
    {
        Sources = Normal.Sources + (weight * (Sources - Normal.Sources)),
        Failures = Normal.Failures + (weight * (Failures - Normal.Failures)),
    };

    /// <summary>Lets the levels sink, for windows in which nothing happened.</summary>
    /// <param name="share">What is left of them, 0 to 1.</param>
    public void Fade(double share) => Normal = Normal with { Sources = Normal.Sources * share, Failures = Normal.Failures * share };

    /// <summary>Moves all times, because the clock was set; failures are counted anew.</summary>
    public void Shift(TimeSpan by)
    {
        _sources.Shift(by);
        ClearFailures();
        _step = long.MinValue;
    }

    private void ClearFailures()
    {
        _steps.AsSpan().Clear();
        Failures = 0;
    }
}
