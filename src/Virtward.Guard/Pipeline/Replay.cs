using System.Collections.Immutable;
using Virtward.Core.Time;
using Virtward.Guard.Filters;
using Virtward.Guard.Filters.Headers;
using Virtward.Guard.Jails;
using Virtward.Guard.Sightings;
using Virtward.Guard.Sources;

namespace Virtward.Guard.Pipeline;

/// <summary>
/// A finished log through filters and jails, on the log's own clock: what would have been banned. Takes the lines in order; nothing is
/// enforced or stored.
/// </summary>
public sealed class Replay : IBlockSink, ISightingSink
{
    // The longest stamp with a <pri> before it, and room.
    private const int StampRoom = 80;

    private readonly GuardEngine _engine;
    private readonly FilterSet _filters;
    private readonly ImmutableArray<int> _jailOf;
    private readonly LogClock _clock;
    private readonly StampClock _stamps;
    private readonly UnixTime _until;
    private readonly IReplayListener _listener;
    private readonly List<GuardEvent> _events = [];
    private readonly byte[] _lastLine = new byte[StampRoom];
    private int _lastLength;

    /// <summary>A replay that has read nothing yet.</summary>
    /// <param name="engine">The jails, new.</param>
    /// <param name="filters">The filters.</param>
    /// <param name="jailOf">Each filter's jail, by the filter's number.</param>
    /// <param name="clock">The log's clock.</param>
    /// <param name="stamps">Places stamps in time.</param>
    /// <param name="until">What happened after it is left out; <see cref="UnixTime.Never"/> for all.</param>
    /// <param name="listener">What takes sightings and decisions.</param>
    public Replay(
        GuardEngine engine,
        FilterSet filters,
        ImmutableArray<int> jailOf,
        LogClock clock,
        StampClock stamps,
        UnixTime until,
        IReplayListener listener)
    {
        _engine = engine;
        _filters = filters;
        _jailOf = jailOf;
        _clock = clock;
        _stamps = stamps;
        _until = until;
        _listener = listener;
    }

    /// <summary>Sightings so far, failures and others.</summary>
    public long Sightings { get; private set; }

    /// <summary>Sightings that were left out, because they are later than was asked for.</summary>
    public long LeftOut { get; private set; }

    /// <inheritdoc/>
    public void Accept(in LogLine line)
    {
        Remember(line.Text);
        _filters.Accept(line, this);
    }

    /// <inheritdoc/>
    public void Accept(in LineBlock block)
    {
        Remember(LogLine.OfFile(Newlines.LineAt(block.Text, block.Text.Length - 1, out _), block.Received).Text);
        _filters.Accept(block, this);
    }

    /// <inheritdoc/>
    void ISightingSink.Accept(int filter, in Sighting sighting)
    {
        if (sighting.Time > _until)
        {
            LeftOut++;
            return;
        }

        Sightings++;
        _listener.Sighted(_filters.Filters[filter].Name, sighting);
        AdvanceTo(sighting.Time);
        _engine.Observe(_jailOf[filter], sighting, _events);
        HandOn();
    }

    /// <summary>Lets the clock run to the log's last line (or to the end asked for), so that what ended by then is told.</summary>
    public void Finish()
    {
        HeaderReader.Read(new LogLine { Text = _lastLine.AsSpan(0, _lastLength), UserId = -1 }, out LogEntry entry);
        if (!entry.Stamp.IsEmpty)
        {
            UnixTime last = _stamps.TimeOf(entry.Stamp, UnixTime.None);
            AdvanceTo(last < _until ? last : _until);
        }

        if (_until != UnixTime.Never)
        {
            AdvanceTo(_until);
        }
    }

    private void Remember(ReadOnlySpan<byte> lastLine)
    {
        _lastLength = Math.Min(lastLine.Length, StampRoom);
        lastLine[.._lastLength].CopyTo(_lastLine);
    }

    private void AdvanceTo(UnixTime time)
    {
        UnixTime now = _clock.Take(time);
        if (!now.IsKnown)
        {
            return;
        }

        // While the log is silent a siege comes to its end as it would have for a guard that looks each second, not at the next line.
        while (_engine.IsUnderSiege && _engine.NextDue is var due && due > _engine.Now && due < now)
        {
            _engine.Advance(due, _events);
        }

        _engine.Advance(now, _events);
        HandOn();
    }

    private void HandOn()
    {
        if (_events.Count == 0)
        {
            return;
        }

        foreach (GuardEvent happened in _events)
        {
            _listener.Decided(happened);
        }

        _events.Clear();
    }
}
