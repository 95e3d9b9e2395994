using System.Collections.Immutable;
using Virtward.Host.Tests.Exposure.Truth.Scene;

namespace Virtward.Host.Tests.Exposure.Truth.Generator;

/// <summary>Hosts that stand in the world a little differently: addresses, routes, rules, sysctls, bridges.</summary>
internal static class Variants
{
    private static readonly string[] Devices = ["eth0", "eth1", "wg0", "virbr0", "br0"];

    /// <summary>Makes one.</summary>
    public static Layout Make(Dice dice)
    {
        var sysctls = new List<(string Name, string Value)>();
        var commands = new List<string>();
        var commandsV6 = new List<string>();
        if (dice.Percent(45))
        {
            string device = dice.Percent(50) ? "all" : dice.Pick(Devices);
            sysctls.Add(($"net.ipv4.conf.{device}.rp_filter", dice.Pick("1", "1", "2")));
        }

        if (dice.Percent(35))
        {
            sysctls.Add(("net.bridge.bridge-nf-call-iptables", "1"));
            sysctls.Add(("net.bridge.bridge-nf-call-ip6tables", dice.Pick("1", "1", "0")));
            if (dice.Percent(20))
            {
                sysctls.Add(("net.bridge.bridge-nf-filter-vlan-tagged", "1"));
            }
        }

        foreach ((int percent, string name, string value) in (ImmutableArray<(int, string, string)>)
            [
                (12, $"net.ipv4.conf.{dice.Pick(Devices)}.forwarding", "0"), (8, "net.ipv6.conf.all.forwarding", "0"), (5, "net.ipv4.ip_forward", "0"),
                (12, $"net.ipv4.conf.{dice.Pick(Devices)}.route_localnet", "1"), (12, $"net.ipv4.conf.{dice.Pick(Devices)}.accept_local", "1"),
                (8, $"net.ipv4.conf.{dice.Pick(Devices)}.src_valid_mark", "1"), (10, "net.netfilter.nf_conntrack_tcp_loose", "0"),
                (6, "net.netfilter.nf_conntrack_tcp_be_liberal", "1"), (6, $"net.ipv4.conf.{dice.Pick(Devices)}.drop_unicast_in_l2_multicast", "1"),
                (6, "net.ipv4.conf.all.bc_forwarding", "1"),
            ])
        {
            if (dice.Percent(percent))
            {
                sysctls.Add((name, value));
            }
        }

        foreach ((int percent, string command) in (ImmutableArray<(int, string)>)
            [
                (25, $"link set {dice.Pick("vnet0", "vnet1", "vnet2")} type bridge_slave isolated on"),
                (15, "link set vnet1 type bridge_slave isolated on"),
                (15, $"link set {dice.Pick("vnet0", "eth2")} type bridge_slave hairpin on"),
                (20, $"route add {dice.Pick("blackhole", "unreachable", "prohibit")} 198.51.100.0/24"),
                (15, $"route add {dice.Pick("blackhole", "unreachable", "prohibit")} 8.8.4.4/32"),
                (15, $"route add {dice.Pick("blackhole", "unreachable", "prohibit")} 2001:db8:9::/48"),
                (20, "route add 172.16.0.0/12 via 10.8.0.2"),
                (15, "route add 100.64.0.0/10 via 192.168.1.5"),
                (15, "route add 2606:4700::/32 via fd00:8::2"),
                (12, "addr add 10.9.9.9/32 dev lo"),
                (12, "addr add 192.0.2.9/32 dev eth1"),
                (10, "addr add fd00:99::1/128 dev lo nodad"),
                (10, "route add 1.1.1.0/24 dev wg0\n" + string.Join('\n', Enumerable.Range(0, 256).Select(static last => $"neigh replace 1.1.1.{last} lladdr 02:00:00:00:01:03 dev wg0 nud permanent"))),
                (6, $"link set {dice.Pick("eth1", "wg0")} group 7"),
                (6, "route del default via 203.0.113.1"),
            ])
        {
            if (dice.Percent(percent))
            {
                commands.Add(command);
            }
        }

        if (dice.Percent(40))
        {
            commands.Add("route add default via 192.168.1.5 table 100");
            commands.Add($"rule add {dice.Pick("from 10.8.0.0/24", "fwmark 0x2a", "fwmark 0x10/0x10", "iif virbr0", "to 8.8.8.8", "from 192.168.122.10", "not from 192.168.0.0/16")} table 100 pref {dice.Pick(100, 1000, 32765)}");
        }

        if (dice.Percent(25))
        {
            commands.Add($"rule add {dice.Pick("from 198.51.100.0/24", "iif wg0", "to 172.16.0.0/12", "fwmark 0x1", "iif lo")} {dice.Pick("unreachable", "prohibit", "blackhole")} pref {dice.Pick(50, 2000)}");
        }

        if (dice.Percent(15))
        {
            commandsV6.Add("route add default via fd00:1::5 table 101");
            commandsV6.Add($"rule add {dice.Pick("from fd00:8::/64", "fwmark 0x2a", "iif virbr0")} table 101 pref 200");
        }

        if (dice.Percent(40))
        {
            commands.Add(Proxies.Routes);
            commandsV6.Add(Proxies.Routes);
        }

        if (dice.Percent(8))
        {
            // A route over a device that is down is refused.
            commands.Add($"link set {(commandsV6.Count > 0 ? "vnet1" : dice.Pick("eth1", "vnet1"))} down");
        }

        return Layout.Plain with { Sysctls = [.. sysctls], Commands = string.Join('\n', commands), CommandsV6 = string.Join('\n', commandsV6) };
    }
}
