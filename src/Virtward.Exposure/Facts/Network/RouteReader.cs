using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Facts.Network;

/// <summary>Routes of all tables, from <c>ip -j -d -4 route show table all</c> and its sister for IPv6.</summary>
internal sealed class RouteReader
{
    private readonly ICollection<Problem> _problems;
    private readonly NumberedNames _tables;
    private readonly IReadOnlyDictionary<string, string> _sysctls;
    private readonly Dictionary<int, JsonElement> _nextHops = [];

    private RouteReader(Snapshot snapshot, NumberedNames tables, IReadOnlyDictionary<string, string> sysctls, ICollection<Problem> problems)
    {
        _problems = problems;
        _tables = tables;
        _sysctls = sysctls;
        foreach (JsonElement hop in JsonText.Objects(snapshot.Text(SnapshotNames.NextHops), SnapshotNames.NextHops, problems))
        {
            if (hop.Int("id") is int id)
            {
                _nextHops[id] = hop;
            }
        }
    }

    /// <summary>Reads them.</summary>
    public static ImmutableArray<Route> Read(
        Snapshot snapshot, NumberedNames tables, IReadOnlyDictionary<string, string> sysctls, ICollection<Problem> problems)
    {
        var reader = new RouteReader(snapshot, tables, sysctls, problems);
        ImmutableArray<Route>.Builder routes = ImmutableArray.CreateBuilder<Route>();
        foreach ((string file, bool v6) in (ReadOnlySpan<(string, bool)>)[(SnapshotNames.Routes, false), (SnapshotNames.Routes6, true)])
        {
            foreach (JsonElement item in JsonText.Objects(snapshot.Text(file), file, problems))
            {
                if (reader.Route(item, file, v6) is Route route)
                {
                    routes.Add(route);
                }
            }
        }

        return routes.ToImmutable();
    }

    private Route? Route(JsonElement item, string file, bool v6)
    {
        if (!item.EnumerateObject().Any())
        {
            return null;
        }

        string? text = item.Text("dst");
        if (!JsonText.TryPrefix(text, v6, out Prefix destination) || TypeOf(item.Text("type")) is not RouteType type)
        {
            _problems.Add(new Problem($"holds a route that could not be read, to '{Short(text)}'", file));
            return null;
        }

        // Without -4, table all holds IPv6 too, which has a file of its own; there, ::ffff:0:0/96 stands for all of IPv4 and takes no packet.
        if (destination.IsV4 == v6)
        {
            return null;
        }

        if (item.Has("tos"))
        {
            _problems.Add(new Problem($"holds a route for one type of service only, to {destination}: it is passed over", file));
            return null;
        }

        JsonElement shared = item.Int("nhid") is int id ? Shared(id, item) : default;
        var hops = Hops(item, shared).ToList();
        List<JsonElement> living = [.. hops.Where(hop => !IsDead(hop, v6))];
        return new Route(item.Text("table") is string table ? _tables.Number(table) : MainTable, shared.Has("blackhole") ? RouteType.Blackhole : type, destination)
        {
            Device = hops.Count > 0 ? (living.Count == 1 ? living[0].Text("dev") : null) : item.Text("dev") ?? shared.Text("dev"),
            Gateway = hops.Count > 0 ? (living.Count == 1 ? Gateway(living[0]) : null) : Gateway(item) ?? Gateway(shared),
            NextHopDevices = living.Count > 1 ? [.. living.Select(static hop => hop.Text("dev")).OfType<string>().Distinct()] : [],
            PreferredSource = item.Address("prefsrc"),
            Source = item.Text("from") is string from && JsonText.TryPrefix(from, v6, out Prefix source) ? source : null,
            Metric = item.Number("metric") is long metric and >= 0 and <= uint.MaxValue ? (uint)metric : 0,
            Dead = IsDead(item, v6) || (hops.Count > 0 && living.Count == 0),
        };
    }

    private const int MainTable = 254;

    // The kernel resolves shared next hops in what it prints; set to the new form only (nexthop_compat_mode=0), their ids alone are there.
    private JsonElement Shared(int id, JsonElement item) =>
        _nextHops.TryGetValue(id, out JsonElement known) ? known : item.Member("nh_info") ?? default;

    private IEnumerable<JsonElement> Hops(JsonElement item, JsonElement shared)
    {
        if (item.Items("nexthops").Any())
        {
            return item.Items("nexthops");
        }

        return item.Has("dev")
            ? []
            : shared.Items("group").Select(member => member.Int("id") is int id && _nextHops.TryGetValue(id, out JsonElement hop) ? hop : default)
                .Where(static hop => hop.ValueKind == JsonValueKind.Object);
    }

    // A route whose device has no carrier is still used, unless the administrator said otherwise for that device (ip-sysctl.rst).
    private bool IsDead(JsonElement item, bool v6) =>
        item.Lists("flags", "dead")
        || (item.Lists("flags", "linkdown")
            && item.Text("dev") is string device
            && IsSet($"net.{(v6 ? "ipv6" : "ipv4")}.conf.{device}.ignore_routes_with_linkdown"));

    private bool IsSet(string key) => _sysctls.TryGetValue(key, out string? value) && value is not "0";

    private static Address? Gateway(JsonElement item) =>
        item.Address("gateway") ?? (item.Member("via") is JsonElement via ? via.Address("host") : null);

    /// <summary>The type of a word or number; null where it is none.</summary>
    internal static RouteType? TypeOf(string? word) => word switch
    {
        null or "unicast" => RouteType.Unicast,
        "local" => RouteType.Local,
        "broadcast" => RouteType.Broadcast,
        "anycast" => RouteType.Anycast,
        "multicast" => RouteType.Multicast,
        "blackhole" => RouteType.Blackhole,
        "unreachable" => RouteType.Unreachable,
        "prohibit" => RouteType.Prohibit,
        "throw" => RouteType.Throw,
        _ => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is > 0 and <= (int)RouteType.Throw
            ? (RouteType)number
            : null,
    };

    private static string Short(string? text) => text is null ? "" : text.Length > 60 ? text[..60] : text;
}
