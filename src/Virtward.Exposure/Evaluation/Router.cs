using Virtward.Core.Net;
using Virtward.Exposure.PacketSets;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Evaluation;

/// <summary>
/// Looks packets up in the routing tables as the kernel does: rules by priority, in each table the longest prefix, then the lowest metric
/// (net/ipv4/fib_rules.c, fib_trie.c; net/ipv6/ip6_fib.c). Addresses may be sets: the answer is split then.
/// </summary>
internal sealed class Router
{
    /// <summary>The number of the table of own addresses.</summary>
    public const int LocalTable = 255;

    private static readonly RoutingRule[] Usual4 = [new(false, 0, LocalTable), new(false, 32766, 254), new(false, 32767, 253)];
    private static readonly RoutingRule[] Usual6 = [new(true, 0, LocalTable), new(true, 32766, 254)];

    private readonly Dictionary<(bool V6, int Table), Route[]> _tables = [];
    private readonly RoutingRule[] _rules4;
    private readonly RoutingRule[] _rules6;
    private readonly BddManager _manager;
    private readonly ValueSets _sets;
    private readonly Variables _variables;

    /// <summary>Reads a host's routes.</summary>
    public Router(HostNetwork network, BddManager manager, ValueSets sets, Variables variables)
    {
        _manager = manager;
        _sets = sets;
        _variables = variables;
        _rules4 = [.. network.Rules.Where(static rule => !rule.V6).OrderBy(static rule => rule.Priority)];
        _rules6 = [.. network.Rules.Where(static rule => rule.V6).OrderBy(static rule => rule.Priority)];
        _rules4 = _rules4.Length == 0 ? Usual4 : _rules4;
        _rules6 = _rules6.Length == 0 ? Usual6 : _rules6;
        foreach (IGrouping<(bool, int), Route> table in network.Routes.Where(static route => !route.Dead)
            .GroupBy(static route => (!route.Destination.IsV4, route.Table)))
        {
            _tables[table.Key] = Sort(table);
        }

        foreach (bool v6 in (ReadOnlySpan<bool>)[false, true])
        {
            if (!_tables.ContainsKey((v6, LocalTable)))
            {
                _tables[(v6, LocalTable)] = Sort(OwnRoutes(network, v6));
            }
        }

        HasCustomLocalRules = _rules4.Length != 3 || !_rules4.Select(static rule => rule.Table).SequenceEqual([LocalTable, 254, 253]);
    }

    /// <summary>Whether the IPv4 rules are other than the kernel's own three.</summary>
    public bool HasCustomLocalRules { get; }

    /// <summary>
    /// Finds routes; the conditions are disjoint and cover <paramref name="within"/>.
    /// </summary>
    /// <param name="v6">The family.</param>
    /// <param name="source">From where.</param>
    /// <param name="destination">To where.</param>
    /// <param name="mark">The packet's mark.</param>
    /// <param name="incoming">The device it came in by; the loopback device's name for the host's own.</param>
    /// <param name="outgoing">The device that the route must use; null: any.</param>
    /// <param name="within">Which packets are asked about.</param>
    public List<(int Condition, RouteHit Hit)> Find(
        bool v6, BitValue source, BitValue destination, BitValue mark, string incoming, string? outgoing, int within)
    {
        var found = new List<(int, RouteHit)>();
        int rest = within;
        RoutingRule[] rules = v6 ? _rules6 : _rules4;
        Dictionary<int, int>? jumping = null;
        for (int at = 0; at < rules.Length && (rest != BddManager.False || jumping is { Count: > 0 }); at++)
        {
            RoutingRule rule = rules[at];
            if (jumping is not null && jumping.Remove(at, out int landed))
            {
                rest = _manager.Or(rest, landed);
            }

            int matching = _manager.And(rest, Matches(rule, v6, source, destination, mark, incoming, outgoing));
            if (matching == BddManager.False)
            {
                continue;
            }

            rest = _manager.Minus(rest, matching);
            if (rule.Goto is { } target)
            {
                // fib_rules_lookup: forwards only; a rule that does nothing may be the target, and the next one is as good then.
                int to = Array.FindIndex(rules, at + 1, one => one.Priority >= target);
                if (to >= 0)
                {
                    jumping ??= [];
                    jumping[to] = _manager.Or(matching, jumping.GetValueOrDefault(to, BddManager.False));
                }
                else
                {
                    found.Add((matching, RouteHit.None));
                }

                continue;
            }

            int left = rule.Action is { } action ? Add(found, matching, new RouteHit(action, null, null, null))
                : _tables.TryGetValue((v6, rule.Table), out Route[]? table)
                    ? LookUp(table, v6, source, destination, outgoing, matching, found, rule.Suppressed ?? -1)
                : matching;
            rest = _manager.Or(rest, left);
        }

        if (rest != BddManager.False)
        {
            found.Add((rest, RouteHit.None));
        }

        return found;
    }

    /// <summary>Looks up one table only.</summary>
    public List<(int Condition, RouteHit Hit)> FindIn(int table, bool v6, BitValue source, BitValue destination, int within)
    {
        var found = new List<(int, RouteHit)>();
        int rest = _tables.TryGetValue((v6, table), out Route[]? routes) ? LookUp(routes, v6, source, destination, null, within, found) : within;
        if (rest != BddManager.False)
        {
            found.Add((rest, RouteHit.None));
        }

        return found;
    }

    private int LookUp(
        Route[] table, bool v6, BitValue source, BitValue destination, string? outgoing, int within, List<(int, RouteHit)> found, int suppressed = -1)
    {
        int rest = within;
        int thrown = BddManager.False;
        foreach (Route route in table)
        {
            if (rest == BddManager.False)
            {
                break;
            }

            int matching = InPrefix(destination, route.Destination, v6);
            if (matching == BddManager.False)
            {
                continue;
            }

            if (route.Source is { Length: > 0 } from)
            {
                matching = _manager.And(matching, InPrefix(source, from, v6));
            }

            // IPv6 looks link-local and multicast destinations up on one link only (rt6_need_strict, net/ipv6/route.c).
            if (outgoing is not null && route.Device is not null && route.Device != outgoing && !route.NextHopDevices.Contains(outgoing))
            {
                continue;
            }

            matching = _manager.And(rest, matching);
            if (matching == BddManager.False)
            {
                continue;
            }

            rest = _manager.Minus(rest, matching);
            if (route.Type == RouteType.Throw || (route.Destination.Length <= suppressed && !Refuses(route.Type)))
            {
                thrown = _manager.Or(thrown, matching);
            }
            else if (route.NextHopDevices.Length > 1)
            {
                AddSeveral(route, matching, found);
            }
            else
            {
                string? device = route.Device ?? (route.NextHopDevices.IsEmpty ? null : route.NextHopDevices[0]);
                Add(found, matching, new RouteHit(route.Type, device, route.Gateway, route.PreferredSource));
            }
        }

        return _manager.Or(rest, thrown);
    }

    // fib4_rule_suppress, fib6_rule_suppress: only what leads somewhere is passed over.
    private static bool Refuses(RouteType type) => type is RouteType.Unreachable or RouteType.Prohibit or RouteType.Blackhole;

    // Which of several next hops a flow takes is a hash's choice (fib_select_multipath).
    private void AddSeveral(Route route, int matching, List<(int, RouteHit)> found)
    {
        int left = matching;
        for (int hop = 0; hop < route.NextHopDevices.Length; hop++)
        {
            int here = hop == route.NextHopDevices.Length - 1 ? left
                : _manager.And(left, _variables.Bit(VariableKind.Luck, $"next hop {hop} of {route.Table} {route.Destination}"));
            left = _manager.Minus(left, here);
            Add(found, here, new RouteHit(route.Type, route.NextHopDevices[hop], route.Gateway, route.PreferredSource));
        }
    }

    private static int Add(List<(int Condition, RouteHit Hit)> found, int matching, RouteHit hit)
    {
        if (matching != BddManager.False)
        {
            found.Add((matching, hit));
        }

        return BddManager.False;
    }

    private int Matches(
        RoutingRule rule, bool v6, BitValue source, BitValue destination, BitValue mark, string incoming, string? outgoing)
    {
        int set = BddManager.True;
        if (rule.Iif is { } iif && iif != incoming)
        {
            set = BddManager.False;
        }

        if (rule.Oif is { } oif && oif != outgoing)
        {
            set = BddManager.False;
        }

        if (set != BddManager.False && rule.Source is { Length: > 0 } from)
        {
            set = InPrefix(source, from, v6);
        }

        if (set != BddManager.False && rule.Destination is { Length: > 0 } to)
        {
            set = _manager.And(set, InPrefix(destination, to, v6));
        }

        if (set != BddManager.False && rule.MarkMask != 0)
        {
            set = _manager.And(set, MarkIs(mark, rule.Mark, rule.MarkMask));
        }

        if (rule.Invert)
        {
            set = BddManager.Not(set);
        }

        return set == BddManager.False || rule.Opaque is not { } opaque
            ? set
            : _manager.And(set, _variables.Bit(VariableKind.Unknown, $"routing rule {rule.Priority}: {opaque}"));
    }

    private int MarkIs(BitValue mark, uint wanted, uint mask)
    {
        BitValue value = mark.Resize(32);
        int set = BddManager.True;
        for (int bit = 0; bit < 32; bit++)
        {
            if ((mask >> (31 - bit) & 1) != 0)
            {
                int one = value.Bit(bit);
                set = _manager.And(set, (wanted >> (31 - bit) & 1) != 0 ? one : BddManager.Not(one));
            }
        }

        return set;
    }

    private int InPrefix(in BitValue address, Prefix prefix, bool v6)
    {
        UInt128 first = v6 ? prefix.First.Value : prefix.First.V4;
        UInt128 last = v6 ? prefix.Last.Value : prefix.Last.V4;
        return prefix.Length == 0 ? BddManager.True : _sets.InRange(address, first, last);
    }

    private static Route[] Sort(IEnumerable<Route> routes) =>
        [.. routes.OrderByDescending(static route => route.Destination.Length).ThenByDescending(static route => route.Source?.Length ?? 0)
            .ThenBy(static route => route.Metric)];

    private static IEnumerable<Route> OwnRoutes(HostNetwork network, bool v6)
    {
        foreach (NetworkInterface device in network.Interfaces)
        {
            foreach (InterfaceAddress own in device.Addresses)
            {
                if (own.Address.IsV4 == v6)
                {
                    continue;
                }

                yield return new Route(LocalTable, RouteType.Local, new Prefix(own.Address)) { Device = device.Name };
                if (!v6 && own.Length < 31)
                {
                    yield return new Route(LocalTable, RouteType.Broadcast, new Prefix(own.Network.Last)) { Device = device.Name };
                    if (device.Loopback)
                    {
                        yield return new Route(LocalTable, RouteType.Local, own.Network) { Device = device.Name };
                    }
                }
            }
        }

        if (v6)
        {
            yield return new Route(LocalTable, RouteType.Multicast, new Prefix(Address.Parse("ff00::"), 8));
        }
    }
}
