using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Answers;

namespace Virtward.Exposure.Matrix;

/// <summary>Who of one zone reaches one endpoint.</summary>
/// <param name="Zone">The zone's name.</param>
/// <param name="Sets">The sources by outcome, over all of the zone's entries and the endpoint's addresses: the most open answer counts.</param>
/// <param name="Asked">All sources that were asked about.</param>
/// <param name="Concern">How that is to be seen.</param>
/// <param name="Words">Who gets in, in words.</param>
public sealed record Cell(string Zone, SourceSets Sets, PrefixSet Asked, Concern Concern, string Words)
{
    /// <summary>For a guest: the ports that somebody of the zone reaches, as text (<c>tcp 22, 80-90</c>); empty: does not apply.</summary>
    public string OpenPorts { get; init; } = "";

    /// <summary>The devices by which somebody gets in.</summary>
    public ImmutableArray<string> By { get; init; } = [];
}
