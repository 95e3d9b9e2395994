using Virtward.Core.Net;
using Virtward.Exposure.Topology;

namespace Virtward.Hardening.Preflight;

/// <summary>By which routes answers leave: the longest prefix decides, then the lowest metric. With rules of one's own any table may decide, and every route counts that fits.</summary>
internal static class ReturnRoutes
{
    private const int LocalTable = 255;

    /// <summary>The routes by which answers to an address may leave; empty: none leads there.</summary>
    /// <param name="network">The host's network.</param>
    /// <param name="client">The address.</param>
    public static IEnumerable<Route> To(HostNetwork network, Address client)
    {
        Route[] fitting = [.. InUse(network).Where(route => route.Type == RouteType.Unicast && route.Destination.IsV4 == client.IsV4 && route.Destination.Contains(client))];
        if (HasOwnRules(network) || fitting.Length == 0)
        {
            return fitting;
        }

        int longest = fitting.Max(static route => route.Destination.Length);
        return Cheapest(fitting.Where(route => route.Destination.Length == longest));
    }

    /// <summary>The addresses to which answers may leave by an interface.</summary>
    /// <param name="network">The host's network.</param>
    /// <param name="device">The interface.</param>
    public static PrefixSet By(HostNetwork network, string device)
    {
        if (HasOwnRules(network))
        {
            return PrefixSet.Of(InUse(network).Where(LeadsThere).Select(static route => route.Destination));
        }

        PrefixSet found = PrefixSet.Empty;
        PrefixSet decided = PrefixSet.Empty;
        foreach (IGrouping<int, Route> group in InUse(network).GroupBy(static route => route.Destination.Length).OrderByDescending(static group => group.Key))
        {
            Route[] best = [.. group.GroupBy(static route => route.Destination).SelectMany(Cheapest)];
            found = found.Union(PrefixSet.Of(best.Where(LeadsThere).Select(static route => route.Destination)).Subtract(decided));
            decided = decided.Union(PrefixSet.Of(best.Select(static route => route.Destination)));
        }

        return found;

        bool LeadsThere(Route route) => route.Type == RouteType.Unicast && (route.Device == device || route.NextHopDevices.Contains(device));
    }

    private static IEnumerable<Route> InUse(HostNetwork network) =>
        network.Routes.Where(static route => route.Table != LocalTable && route.Type != RouteType.Broadcast && !route.Dead);

    private static IEnumerable<Route> Cheapest(IEnumerable<Route> same)
    {
        Route[] all = [.. same];
        return all.Where(route => route.Metric == all.Min(static one => one.Metric));
    }

    private static bool HasOwnRules(HostNetwork network) =>
        network.Rules.Any(static rule => rule.Table is not (LocalTable or 254 or 253) || rule.Opaque is not null || rule.Goto is not null || rule.Suppressed is not null);
}
