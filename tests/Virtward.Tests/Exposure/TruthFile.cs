using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Virtward.Core.Net;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Topology;

namespace Virtward.Tests.Exposure;

/// <summary>A ruleset with probes that were sent as real frames, and what became of them.</summary>
internal sealed class TruthFile
{
    // The hosts behind the devices of the rig.
    public static readonly ImmutableDictionary<string, string> Places = new Dictionary<string, string>
    {
        ["g1"] = "vnet0", ["g2"] = "vnet1", ["g3"] = "vnet2", ["wan"] = "eth0", ["mgmt"] = "eth1", ["vpn"] = "wg0", ["lan"] = "eth2", ["host"] = "host",
    }.ToImmutableDictionary();

    private static readonly (string Address, string Bridge, string Port)[] Guests =
    [
        ("192.168.122.10", "virbr0", "vnet0"), ("192.168.122.11", "virbr0", "vnet1"), ("10.77.0.20", "br0", "vnet2"),
        ("fd00:122::10", "virbr0", "vnet0"), ("fd00:122::11", "virbr0", "vnet1"), ("fd00:77::20", "br0", "vnet2"),
        ("10.77.0.5", "br0", "eth2"), ("fd00:77::5", "br0", "eth2"),
    ];

    public required string Name { get; init; }

    public required string Rules { get; init; }

    public required HostNetwork Network { get; init; }

    public required ImmutableHashSet<int> Listening { get; init; }

    public required ImmutableArray<(string Id, Packet Packet, JsonElement Observed)> Probes { get; init; }

    public static TruthFile Read(string name)
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "Exposure", "packet-truth");
        JsonElement root = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, name + ".truth.json"))).RootElement;
        return new TruthFile
        {
            Name = name,
            Rules = File.ReadAllText(Path.Combine(folder, name + ".ruleset.nft")),
            Network = ReadNetwork(root.GetProperty("state")),
            Listening = [.. root.GetProperty("listening_tcp").EnumerateArray().Select(port => port.GetInt32())],
            Probes = [.. root.GetProperty("probes").EnumerateArray()
                .Select(probe => (probe.GetProperty("id").GetString()!, ReadPacket(probe), probe.GetProperty("observed")))],
        };
    }

    public static Packet ReadPacket(JsonElement probe)
    {
        string protocol = Text(probe, "proto")!;
        return new Packet
        {
            Iif = Text(probe, "iif")!,
            Source = Address.Parse(Text(probe, "saddr")!),
            Destination = Address.Parse(Text(probe, "daddr")!),
            Protocol = protocol switch
            {
                "tcp" => 6,
                "udp" => 17,
                "icmp" => 1,
                "icmpv6" => 58,
                "sctp" => 132,
                "gre" => 47,
                "esp" => 50,
                "ah" => 51,
                "igmp" => 2,
                _ => int.Parse(protocol, CultureInfo.InvariantCulture),
            },
            SourcePort = Number(probe, "sport") ?? Packet.DefaultSourcePort,
            DestinationPort = Number(probe, "dport") ?? 0,
            TcpFlags = Flags(Text(probe, "flags") ?? "S"),
            Ttl = Number(probe, "ttl") ?? 64,
            IcmpType = Number(probe, "type"),
            Bridged = Text(probe, "l2") == "bridge",
            Vlan = Number(probe, "vlan"),
            SourceMac = Text(probe, "smac") is { } mac ? Mac(mac) : null,
            Count = Number(probe, "count") ?? 1,
            Before = probe.TryGetProperty("pre", out JsonElement before) ? [.. before.EnumerateArray().Select(ReadPacket)] : [],
        };
    }

    public static HostNetwork ReadNetwork(JsonElement state)
    {
        var interfaces = new List<NetworkInterface>();
        foreach (JsonElement device in state.GetProperty("interfaces").EnumerateArray())
        {
            string name = Text(device, "ifname")!;
            interfaces.Add(new NetworkInterface(device.GetProperty("ifindex").GetInt32(), name)
            {
                Kind = Text(device, "kind") ?? "",
                Master = Text(device, "master"),
                Mac = Mac(Text(device, "mac")!),
                Loopback = name == "lo",
                LinkType = name == "lo" ? 772 : 1,
                Addresses = [.. device.GetProperty("addrs").EnumerateArray().Select(text => ReadAddress(text.GetString()!))],
            });
        }

        // The two lists overlap: each is of all tables.
        var routes = new HashSet<Route>();
        foreach (string list in (string[])["routes4", "routes6"])
        {
            foreach (JsonElement route in state.GetProperty(list).EnumerateArray())
            {
                bool v6 = list == "routes6" || new[] { "dst", "gateway" }.Any(key => Text(route, key)?.Contains(':', StringComparison.Ordinal) == true);
                routes.Add(ReadRoute(route, v6));
            }
        }

        return new HostNetwork
        {
            Interfaces = [.. interfaces],
            Routes = [.. routes],
            Sysctls = state.GetProperty("sysctl").EnumerateObject().ToImmutableDictionary(entry => entry.Name, entry => entry.Value.GetString()!),
            Neighbours = [.. Guests.Select((guest, at) => new Neighbour(Address.Parse(guest.Address), 0x0200_0000_0001ul + (ulong)at, guest.Bridge))],
            ForwardingEntries = [.. Guests.Select((guest, at) => new ForwardingEntry(0x0200_0000_0001ul + (ulong)at, guest.Port))],
        };
    }

    private static Route ReadRoute(JsonElement route, bool v6)
    {
        string destination = Text(route, "dst")!;
        Prefix prefix = destination == "default" ? new Prefix(Address.Parse(v6 ? "::" : "0.0.0.0"), 0)
            : destination.Contains('/', StringComparison.Ordinal) ? ReadAddress(destination).Network : new Prefix(Address.Parse(destination));
        RouteType type = Text(route, "type") is { } text ? Enum.Parse<RouteType>(text, true) : RouteType.Unicast;
        int table = Text(route, "table") switch
        {
            "local" => 255,
            null or "main" => 254,
            { } number => int.Parse(number, CultureInfo.InvariantCulture),
        };
        return new Route(table, type, prefix)
        {
            Device = Text(route, "dev"),
            Gateway = Text(route, "gateway") is { } gateway ? Address.Parse(gateway) : null,
            PreferredSource = Text(route, "prefsrc") is { } source ? Address.Parse(source) : null,
            Metric = (uint)(Number(route, "metric") ?? 0),
        };
    }

    private static InterfaceAddress ReadAddress(string text)
    {
        string[] parts = text.Split('/');
        return new InterfaceAddress(Address.Parse(parts[0]), int.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    private static int Flags(string letters) => letters.Sum(letter => letter switch
    {
        'F' => 1,
        'S' => 2,
        'R' => 4,
        'P' => 8,
        'A' => 16,
        'U' => 32,
        'E' => 64,
        'C' => 128,
        _ => 0,
    });

    private static ulong Mac(string text) => ulong.Parse(text.Replace(":", "", StringComparison.Ordinal), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String => value.GetString(),
            _ => value.ToString(),
        } : null;

    private static int? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : null;
}
