using Virtward.Core.Net;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Evaluation;

/// <summary>What a look-up in the routing tables found for some packets.</summary>
/// <param name="Type">What to do; <see cref="RouteType.Unspecified"/>: there is no route.</param>
/// <param name="Device">The device; null where the route has none.</param>
/// <param name="Gateway">The next hop; null: the destination itself.</param>
/// <param name="PreferredSource">The source address that the route asks for; null: none.</param>
internal sealed record RouteHit(RouteType Type, string? Device, Address? Gateway, Address? PreferredSource)
{
    /// <summary>There is no route.</summary>
    public static readonly RouteHit None = new(RouteType.Unspecified, null, null, null);
}
