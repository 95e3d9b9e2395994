using System.Collections.Immutable;
using Virtward.Core.Net;

namespace Virtward.Host.Tests.Exposure.Truth.Scene;

/// <summary>How the host stands in the world: what the truth files take for granted, and what a run may vary.</summary>
internal sealed record Layout
{
    /// <summary>The layout of the truth files.</summary>
    public static readonly Layout Plain = new();

    /// <summary>The links, in the order they are made.</summary>
    public ImmutableArray<Link> Links { get; init; } =
    [
        new("eth0", 1, "wan", null),
        new("eth1", 2, "mgmt", null),
        new("wg0", 3, "vpn", null),
        new("vnet0", 4, "g1", "virbr0"),
        new("vnet1", 5, "g2", "virbr0"),
        new("eth2", 6, "lan", "br0"),
        new("vnet2", 7, "g3", "br0"),
    ];

    /// <summary>Addresses of the host by device.</summary>
    public ImmutableArray<(string Device, string Address)> Addresses { get; init; } =
    [
        ("virbr0", "192.168.122.1/24"), ("virbr0", "fd00:122::1/64"),
        ("br0", "10.77.0.1/24"), ("br0", "fd00:77::1/64"),
        ("eth0", "203.0.113.10/24"), ("eth0", "2001:db8:1::10/64"),
        ("eth1", "192.168.1.100/24"), ("eth1", "fd00:1::100/64"),
        ("wg0", "10.8.0.1/24"), ("wg0", "fd00:8::1/64"),
    ];

    /// <summary>Sysctls beside the plain ones, in order.</summary>
    public ImmutableArray<(string Name, string Value)> Sysctls { get; init; } = [];

    /// <summary>More <c>ip</c> commands, one a line, run last.</summary>
    public string Commands { get; init; } = "";

    /// <summary>More <c>ip -6</c> commands, one a line, run after them.</summary>
    public string CommandsV6 { get; init; } = "";

    /// <summary>The bridges.</summary>
    public static ImmutableArray<string> Bridges => ["virbr0", "br0"];

    /// <summary>A bridge's hardware address.</summary>
    public static ulong BridgeMac(string bridge) => bridge == "virbr0" ? 0x02_00_00_00_02_01UL : 0x02_00_00_00_02_02UL;

    /// <summary>The link of a device.</summary>
    public Link Of(string device) => Links.First(link => link.Device == device);

    /// <summary>The link at whose other end an address lives that is on one of the host's networks; null: on none of them.</summary>
    public Link? Home(Address address)
    {
        foreach ((string device, string text) in Addresses)
        {
            string[] parts = text.Split('/');
            var network = new Prefix(Address.Parse(parts[0]), int.Parse(parts[1], null));
            if (!network.Contains(address))
            {
                continue;
            }

            uint last = (uint)address.Low & 0xff;
            return device switch
            {
                "virbr0" => Of(last is 0x10 or 0x0a || (last != 0x11 && last % 2 == 0) ? "vnet0" : "vnet1"),
                "br0" => Of(last is 0x14 or 0x20 || last % 2 == 0 ? "vnet2" : "eth2"),
                _ => Of(device),
            };
        }

        return null;
    }

    /// <summary>Whether an address is the host's.</summary>
    public bool IsOwn(Address address) => Addresses.Any(own => own.Address.StartsWith(address + "/", StringComparison.Ordinal));

    /// <summary>The hardware address of who has an address; where nobody has, of somebody else on the bridge than the sender.</summary>
    public ulong NeighbourMac(Link from, Address address) => Home(address) is { } home && home != from ? home.PeerMac
        : Links.FirstOrDefault(link => link != from && link.Bridge == from.Bridge && link.Bridge is not null)?.PeerMac ?? HostMac(from);

    /// <summary>The hardware address that a frame to the host bears on a link.</summary>
    public static ulong HostMac(Link link) => link.Bridge is { } bridge ? BridgeMac(bridge) : link.Mac;
}
