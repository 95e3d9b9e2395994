using Virtward.Guard;
using Virtward.Guard.Pipeline;
using Virtward.Guard.Sightings;
using Virtward.Output;

namespace Virtward.Commands;

/// <summary>Prints a replay as it goes: NDJSON for programs, a line an event for people; and counts for the summary.</summary>
/// <param name="host">The streams.</param>
/// <param name="asJson">NDJSON.</param>
/// <param name="withSightings">Sightings too.</param>
public sealed class ReplayOutput(CommandHost host, bool asJson, bool withSightings) : IReplayListener, IDisposable
{
    private const int FlushAt = 48 * 1024;
    private readonly EventJson _json = new();

    /// <summary>What was decided.</summary>
    public BanTally Tally { get; } = new();

    /// <inheritdoc/>
    public void Sighted(string filter, in Sighting sighting)
    {
        if (!withSightings)
        {
            return;
        }

        if (asJson)
        {
            _json.Write(filter, sighting);
            FlushIfFull();
        }
        else
        {
            host.Out.WriteLine($"{Words.Time(sighting.Time)}  {EventJson.KindWord(sighting.Kind),-10}  {sighting.Address,-18}  {filter}: {sighting.Rule}");
        }
    }

    /// <inheritdoc/>
    public void Decided(GuardEvent happened)
    {
        Tally.Add(happened);
        if (asJson)
        {
            _json.Write(happened);
            FlushIfFull();
        }
        else
        {
            host.Out.WriteLine(EventText.Of(happened));
        }
    }

    /// <summary>Writes out what is left.</summary>
    public void Flush()
    {
        host.OutBytes.Write(_json.Written);
        host.OutBytes.Flush();
        _json.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Flush();
        _json.Dispose();
    }

    private void FlushIfFull()
    {
        if (_json.Written.Length >= FlushAt)
        {
            Flush();
        }
    }
}
