using System.Collections.Immutable;
using Virtward.Core.Results;

namespace Virtward.Exposure.Matrix;

/// <summary>Who reaches what on a host, from each zone: the matrix.</summary>
/// <param name="Host">The host's name.</param>
/// <param name="Zones">The zones, the Internet first.</param>
/// <param name="Rows">The endpoints, the worst first.</param>
public sealed record ExposureReport(string Host, ImmutableArray<ZoneView> Zones, ImmutableArray<ExposureRow> Rows)
{
    /// <summary>
    /// The zones as somewhere to get to, and the host itself: what is passed on, whatever may listen there. Each with a cell for every zone, and one for the host's
    /// own packets (<see cref="Zones.Zone.Host"/>). Not counted among the endpoints.
    /// </summary>
    public ImmutableArray<ExposureRow> Paths { get; init; } = [];

    /// <summary>The guests, running or not, by name, for the picture.</summary>
    public ImmutableArray<string> Guests { get; init; } = [];

    /// <summary>What the answers need and could not be read: what is called closed may be open. Not among the notes.</summary>
    public ImmutableArray<Problem> Gaps { get; init; } = [];

    /// <summary>What could not be seen or interpreted, and what the answers hang on.</summary>
    public ImmutableArray<Problem> Notes { get; init; } = [];
}
