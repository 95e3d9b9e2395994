using Virtward.Core.Net;
using Virtward.Exposure.Topology;

namespace Virtward.Hardening.Preflight;

/// <summary>To whom answers leave by an interface: the longest prefix decides, then the lowest metric.</summary>
internal static class ReturnRoutes
{
    private const int LocalTable = 255;

    /// <summary>The addresses that the host's routes reach by an interface.</summary>
    /// <param name="network">The host's network.</param>
    /// <param name="device">The interface.</param>
    /// <returns>With rules of one's own any table may decide, and every route that leads there counts.</returns>
    public static PrefixSet By(HostNetwork network, string device)
    {
        Route[] routes = [.. network.Routes.Where(static route => route.Table != LocalTable && route.Type != RouteType.Broadcast && !route.Dead)];
        if (network.Rules.Any(static rule => rule.Table is not (255 or 254 or 253) || rule.Opaque is not null || rule.Goto is not null || rule.Suppressed is not null))
        {
            return PrefixSet.Of(routes.Where(LeadsThere).Select(static route => route.Destination));
        }

        PrefixSet found = PrefixSet.Empty;
        PrefixSet decided = PrefixSet.Empty;
        foreach (IGrouping<int, Route> group in routes.GroupBy(static route => route.Destination.Length).OrderByDescending(static group => group.Key))
        {
            Route[] best = [.. group.GroupBy(static route => route.Destination).SelectMany(static same => same.Where(route => route.Metric == same.Min(static one => one.Metric)))];
            found = found.Union(PrefixSet.Of(best.Where(LeadsThere).Select(static route => route.Destination)).Subtract(decided));
            decided = decided.Union(PrefixSet.Of(best.Select(static route => route.Destination)));
        }

        return found;

        bool LeadsThere(Route route) => route.Type == RouteType.Unicast && (route.Device == device || route.NextHopDevices.Contains(device));
    }
}
