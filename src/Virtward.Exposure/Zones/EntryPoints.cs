using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Zones;

/// <summary>Finds the devices that packets come in by.</summary>
internal static class EntryPoints
{
    private static readonly ImmutableArray<int> OwnTables = [255];

    /// <summary>
    /// All of them, in the order of their numbers. Left out are loopback, what carries another device's frames, and devices whose frames a
    /// guest's qemu takes before the host's stack sees them (macvtap).
    /// </summary>
    public static ImmutableArray<EntryPoint> Of(HostNetwork network)
    {
        Dictionary<string, NetworkInterface> byName = network.Interfaces.ToDictionary(static one => one.Name, StringComparer.Ordinal);
        HashSet<string> masters = [.. network.Interfaces.Select(static one => one.Master).OfType<string>()];
        Dictionary<string, PrefixSet> networks = new(StringComparer.Ordinal);
        ImmutableArray<EntryPoint>.Builder points = ImmutableArray.CreateBuilder<EntryPoint>();
        foreach (NetworkInterface one in network.Interfaces)
        {
            NetworkInterface? master = one.Master is string name ? byName.GetValueOrDefault(name) : null;
            bool carries = master is not null && master.Kind is "bond" or "team";
            bool bridgeWithPorts = one.Kind == "bridge" && masters.Contains(one.Name);
            if (!one.Loopback && !carries && !bridgeWithPorts && one.Kind is not ("vrf" or "macvtap" or "ipvtap"))
            {
                NetworkInterface seen = master?.Kind == "bridge" ? master : one;
                if (!networks.TryGetValue(seen.Name, out PrefixSet? known))
                {
                    networks[seen.Name] = known = Networks(network, seen);
                }

                points.Add(new EntryPoint(one, seen, known));
            }
        }

        return points.ToImmutable();
    }

    /// <summary>The default routes of all tables.</summary>
    public static IEnumerable<Route> DefaultRoutes(HostNetwork network) =>
        network.Routes.Where(static route => route.Type == RouteType.Unicast && route.Destination.Length == 0 && !route.Dead);

    /// <summary>Whether a route leads out by a device.</summary>
    public static bool LeadsTo(Route route, string device) => route.Device == device || route.NextHopDevices.Contains(device);

    // Halves of everything (0.0.0.0/1) are how VPNs take over the default route: they say nothing about who is there.
    private static PrefixSet Networks(HostNetwork network, NetworkInterface one) => PrefixSet.Of(
        one.Addresses.Where(static address => !address.Network.IsSingle).Select(static address => address.Network)
            .Concat(one.Addresses.Where(static address => address.Peer is not null).Select(static address => new Prefix(address.Peer!.Value, address.Length)))
            .Concat(network.Routes
                .Where(route => route.Type == RouteType.Unicast && route.Destination.Length > 1 && !OwnTables.Contains(route.Table) && LeadsTo(route, one.Name))
                .Select(static route => route.Destination)));
}
