using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Guard;
using Virtward.Guard.Pipeline;
using Virtward.Guard.Sightings;
using Virtward.Output;

namespace Virtward.Commands;

/// <summary>Prints what a running guard does, each event at once: NDJSON for programs, a line an event for people and the journal.</summary>
/// <param name="host">The streams.</param>
/// <param name="asJson">NDJSON.</param>
/// <param name="withSightings">Sightings too.</param>
public sealed class GuardListener(CommandHost host, bool asJson, bool withSightings) : IGuardListener, IDisposable
{
    private readonly EventJson _json = new();
    private readonly Lock _lock = new();

    /// <summary>The guard follows its logs from now on.</summary>
    public void Ready(string policy, IEnumerable<string> sources)
    {
        if (asJson)
        {
            lock (_lock)
            {
                _json.WriteMark("ready", UnixTime.Now(host.Clock));
                Flush();
            }
        }
        else
        {
            host.Out.WriteLine($"virtward: on guard with the policy {policy}, reading {string.Join("; ", sources)}");
        }
    }

    /// <inheritdoc/>
    public void Sighted(string jail, string filter, in Sighting sighting)
    {
        if (!withSightings)
        {
            return;
        }

        if (asJson)
        {
            lock (_lock)
            {
                _json.Write(filter, sighting);
                Flush();
            }
        }
        else
        {
            host.Out.WriteLine($"{Words.Time(sighting.Time)}  {EventJson.KindWord(sighting.Kind),-10}  {sighting.Address,-18}  {jail}: {sighting.Rule}");
        }
    }

    /// <inheritdoc/>
    public void Decided(GuardEvent happened)
    {
        if (asJson)
        {
            lock (_lock)
            {
                _json.Write(happened);
                Flush();
            }
        }
        else
        {
            host.Out.WriteLine(EventText.Of(happened));
        }
    }

    /// <inheritdoc/>
    public void Trouble(Problem problem) => host.Fail(problem);

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();

    private void Flush()
    {
        host.OutBytes.Write(_json.Written);
        host.OutBytes.Flush();
        _json.Clear();
    }
}
