using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Topology;
using Virtward.Exposure.Zones;

namespace Virtward.Hardening.Firewall;

/// <summary>
/// What is dropped before connection tracking and translation: loopback's addresses from elsewhere (the kernel's own check comes after DNAT), and sources that do not
/// belong behind the interface they come from (RFC 2827).
/// </summary>
internal static class EarlyRules
{
    private const string Sources = "policy_sources";

    private static readonly ImmutableArray<string> Loopback = ["ip saddr 127.0.0.0/8", "ip daddr 127.0.0.0/8", "ip6 saddr ::1", "ip6 daddr ::1"];

    // Local, main, default.
    private static readonly ImmutableArray<int> OwnTables = [255, 254, 253];

    /// <summary>
    /// The chains. Five behind the guard's own, which so has dropped its banned already.
    /// </summary>
    public static IEnumerable<ChainText> Of(FirewallZones zones, ZoneMap map, HostNetwork network, bool antiSpoofing)
    {
        List<string> rules =
        [
            .. Loopback.Select(static match => $"iifname != \"lo\" {match} counter drop{FirewallText.Comment("loopback's addresses are nobody else's")}"),
        ];
        bool jumps = false;
        if (antiSpoofing)
        {
            string[] devices = [.. map.Zones.SelectMany(static zone => zone.Entries).Select(static entry => entry.Interface).Where(static name => FirewallWay.CanName(name)).Distinct().Order(StringComparer.Ordinal)];
            string[] four = [.. devices.Where(device => IsSound(map, network, device, true))];
            string[] six = [.. devices.Where(device => IsSound(map, network, device, false))];
            foreach ((string family, string[] names) in four.SequenceEqual(six) ? [("", four)] : new[] { (FirewallText.Only(true), four), (FirewallText.Only(false), six) })
            {
                foreach (string match in FirewallText.Names("iifname", names))
                {
                    rules.Add($"{family}{match}jump {Sources}");
                    jumps = true;
                }
            }

            rules.AddRange(devices.SelectMany(device => FirewallText.Families.Where(v4 => !(v4 ? four : six).Contains(device)).SelectMany(v4 => Foreign(zones, device, v4))));
        }

        yield return new ChainText("policy_early", "type filter hook prerouting priority -345; policy accept;", [.. rules]);
        if (jumps)
        {
            yield return new ChainText(Sources, null,
            [
                // Whoever has no address yet (RFC 2131, RFC 4861, RFC 3810), and addresses that are of the link by what they are (RFC 3927, RFC 4291).
                $"ip saddr {{ 0.0.0.0, 169.254.0.0/16 }} return{FirewallText.Comment("no address yet, or one of the link")}",
                $"ip6 saddr {{ ::, fe80::/10 }} return{FirewallText.Comment("no address yet, or one of the link")}",
                $"fib saddr . iif oif missing counter drop{FirewallText.Comment("a source that no route leads back to by this interface")}",
            ]);
        }
    }

    // Where answers may go by another interface than packets come by, the routes say nothing of who is forged.
    private static bool IsSound(ZoneMap map, HostNetwork network, string device, bool v4)
    {
        bool plain = network.Rules.Where(rule => rule.V6 != v4).All(static rule => rule is { Source: null, Destination: null, Iif: null, Oif: null, MarkMask: 0, Invert: false, Action: null, Goto: null, Suppressed: null, Opaque: null }
            && OwnTables.Contains(rule.Table));
        if (!plain || Bridges(network, device))
        {
            return false;
        }

        Route[] routes = [.. network.Routes.Where(route => route.Type == RouteType.Unicast && route.Destination.IsV4 == v4 && route.Table != OwnTables[0])];
        // Halves of everything are how VPNs take the default route over.
        string[] defaults = [.. routes.Where(static route => route.Destination.Length <= 1).SelectMany(static route => route.NextHopDevices.Append(route.Device)).OfType<string>().Distinct()];
        if (defaults.Contains(device))
        {
            return defaults.Length == 1;
        }

        var known = PrefixSet.Of(routes.Where(route => route.Device == device || route.NextHopDevices.Contains(device)).Select(static route => route.Destination)
            .Concat(network.Interfaces.Where(one => one.Name == device).SelectMany(static one => one.Addresses).Where(address => address.Address.IsV4 == v4).Select(static address => address.Network)));
        if (known.All(static prefix => !prefix.IsV4 && prefix.First.High >> 54 == 0xfe80 >> 6))
        {
            return false;
        }

        // Administrators may come by a way that no route leads back; guests have no business to.
        return map.Zones.All(zone => zone.Entries.Where(entry => entry.Interface == device && (zone.Name != Zone.Internet || !entry.Guessed)).All(entry => entry.Sources is null
            ? zone.Name is Zone.Guests or Zone.Containers or Zone.Internet
            : FirewallText.Family(entry.Sources, v4).All(known.Contains)));
    }

    // With br_netfilter frames that a bridge only passes on meet our chains as well, and no route knows who is behind which port.
    private static bool Bridges(HostNetwork network, string device) => BridgeNetfilter.Is(network, device) && network.Interfaces.Count(one => one.Master == device) > 1;

    private static IEnumerable<string> Foreign(FirewallZones zones, string device, bool v4)
    {
        bool Here(FirewallWay way) => way.Devices.Any(pattern => FirewallZones.Matches(pattern, device));
        FirewallWay[] ways = [.. zones.All.SelectMany(static zone => zone.Ways).Where(static way => way.Networks is not null)];
        PrefixSet here = ways.Where(Here).Aggregate(PrefixSet.Empty, static (all, way) => all.Union(way.Networks!));
        PrefixSet elsewhere = ways.Where(way => !Here(way)).Aggregate(PrefixSet.Empty, static (all, way) => all.Union(way.Networks!)).Subtract(here);
        var some = PrefixSet.Of(FirewallText.Family(elsewhere, v4).Where(static one => one.Length > 0 && !(!one.IsV4 && one.First.High >> 54 == 0xfe80 >> 6)));
        return some.IsEmpty ? [] : FirewallText.Names("iifname", [device]).SelectMany(match => FirewallText.Networks("saddr", some)
            .Select(network => $"{match}{network}counter drop{FirewallText.Comment("addresses of zones that are behind other interfaces")}"));
    }
}
