using System.Text;
using Virtward.Guard.Sightings;

namespace Virtward.Tests.Guard.Filters;

/// <summary>A sink that keeps what it is told.</summary>
public sealed class SeenSink : ISightingSink
{
    public List<Seen> All { get; } = [];

    public void Accept(int filter, in Sighting sighting) => All.Add(new Seen(
        filter, sighting.Address, Encoding.UTF8.GetString(sighting.User), sighting.Rule, sighting.Kind, sighting.Attempts, sighting.Time));
}
