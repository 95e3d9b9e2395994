using System.Text;
using Virtward.Guard.Sightings;

namespace Virtward.Tests.Guard.Fail2Ban;

/// <summary>Writes down what a filter hands on.</summary>
public sealed class Tally : ISightingSink
{
    public List<string> Seen { get; } = [];

    public string? Last => Seen.Count == 0 ? null : Seen[^1];

    public void Accept(int filter, in Sighting sighting) =>
        Seen.Add($"{sighting.Kind} {sighting.Address} {Encoding.UTF8.GetString(sighting.User)} {sighting.Time} {sighting.Rule}");
}
