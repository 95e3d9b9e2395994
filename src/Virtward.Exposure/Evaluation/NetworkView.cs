using System.Globalization;
using Virtward.Core.Net;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Evaluation;

/// <summary>A host's network, ready to be asked: devices by name, ports of bridges, sysctls, who is where.</summary>
internal sealed class NetworkView
{
    private readonly Dictionary<string, NetworkInterface> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<NetworkInterface>> _ports = new(StringComparer.Ordinal);
    private readonly Dictionary<(string, int), NetworkInterface> _vlans = [];
    private readonly HostNetwork _network;
    private Dictionary<(string Device, Address Address), ulong>? _macs;

    /// <summary>Takes a network apart.</summary>
    public NetworkView(HostNetwork network)
    {
        _network = network;
        foreach (NetworkInterface device in network.Interfaces)
        {
            _byName[device.Name] = device;
            if (device.Master is { } master)
            {
                if (!_ports.TryGetValue(master, out List<NetworkInterface>? ports))
                {
                    _ports[master] = ports = [];
                }

                ports.Add(device);
            }

            if (device is { Lower: { } lower, Vlan: { } vlan })
            {
                _vlans[(lower, vlan)] = device;
            }
        }

        Loopback = network.Interfaces.FirstOrDefault(static device => device.Loopback)
            ?? _byName.GetValueOrDefault("lo") ?? new NetworkInterface(1, "lo") { Loopback = true, LinkType = 772 };
        _byName.TryAdd("lo", Loopback);
    }

    /// <summary>The loopback device.</summary>
    public NetworkInterface Loopback { get; }

    /// <summary>The network as it was given.</summary>
    public HostNetwork Network => _network;

    /// <summary>A device; null: there is none of that name.</summary>
    public NetworkInterface? Find(string? name) => name is null ? null : _byName.GetValueOrDefault(name);

    /// <summary>The bridge that a device is a port of; null: none.</summary>
    public NetworkInterface? BridgeOf(NetworkInterface? device) =>
        device?.Master is { } master && _byName.TryGetValue(master, out NetworkInterface? bridge) && bridge.Kind == "bridge" ? bridge : null;

    /// <summary>The ports of a bridge or bond.</summary>
    public IReadOnlyList<NetworkInterface> PortsOf(NetworkInterface bridge) => _ports.GetValueOrDefault(bridge.Name) ?? [];

    /// <summary>The VLAN device on top of a device; null: none.</summary>
    public NetworkInterface? VlanOn(NetworkInterface device, int vlan) => _vlans.GetValueOrDefault((device.Name, vlan));

    /// <summary>A sysctl's number; the fallback where it was not read.</summary>
    public int Sysctl(string name, int fallback = 0) =>
        _network.Sysctls.TryGetValue(name, out string? text)
        && int.TryParse(text.AsSpan().Trim(), NumberStyles.Integer, CultureInfo.InvariantCulture, out int value) ? value : fallback;

    /// <summary>A sysctl of a device; the fallback where it was not read.</summary>
    public int Sysctl(bool v6, string device, string name, int fallback)
    {
        string family = v6 ? "ipv6" : "ipv4";
        return Sysctl($"net.{family}.conf.{device}.{name}", Sysctl($"net.{family}.conf.{device.Replace('.', '/')}.{name}", fallback));
    }

    /// <summary>The larger of a device's IPv4 setting and the one for all: what counts for rp_filter, accept_local, route_localnet (linux/inetdevice.h).</summary>
    public int MaxSysctl(NetworkInterface device, string name) =>
        Math.Max(Sysctl($"net.ipv4.conf.all.{name}"), Sysctl(false, device.Name, name, 0));

    /// <summary>Whether a device's IPv4 setting or the one for all is on, as both are where they were not read: send_redirects, shared_media (IN_DEV_ORCONF).</summary>
    public bool EitherSysctl(NetworkInterface device, string name) => (Sysctl($"net.ipv4.conf.all.{name}", 1) | Sysctl(false, device.Name, name, 1)) != 0;

    /// <summary>Whether IPv4 packets that came in by a device are passed on (IN_DEV_FORWARD).</summary>
    public bool Forwards4(NetworkInterface device) =>
        Sysctl(false, device.Name, "forwarding", Sysctl("net.ipv4.ip_forward", Sysctl("net.ipv4.conf.all.forwarding"))) != 0;

    /// <summary>Whether IPv6 packets are passed on: the setting for all devices, or the newer one that forces a device (net/ipv6/ip6_output.c, ip6_forward).</summary>
    public bool Forwards6(NetworkInterface device) =>
        Sysctl("net.ipv6.conf.all.forwarding") != 0 || Sysctl(true, device.Name, "force_forwarding", 0) != 0;

    /// <summary>Whether an address is one of the host's own.</summary>
    public bool IsOwn(Address address)
    {
        foreach (NetworkInterface device in _network.Interfaces)
        {
            foreach (InterfaceAddress own in device.Addresses)
            {
                if (own.Address == address)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>All addresses of the host, of one family.</summary>
    public IEnumerable<(NetworkInterface Device, InterfaceAddress Address)> Addresses(bool v6)
    {
        foreach (NetworkInterface device in _network.Interfaces)
        {
            foreach (InterfaceAddress own in device.Addresses)
            {
                if (own.Address.IsV4 != v6)
                {
                    yield return (device, own);
                }
            }
        }
    }

    /// <summary>
    /// The address that the host speaks to a next hop with, by a device (inet_select_addr, net/ipv4/devinet.c; ipv6_dev_get_saddr, net/ipv6/addrconf.c):
    /// the hop's own where it is the host, one of the hop's network, the device's first, else that of the first device that has one; null: there is none.
    /// </summary>
    public Address? SelectAddress(NetworkInterface device, Address hop)
    {
        if (!hop.IsV4 && IsOwn(hop))
        {
            return hop;
        }

        return Select([device], hop) ?? (hop.IsV4
            ? _network.Interfaces.OrderBy(static other => other.Index).Select(other => Select([other], hop)).FirstOrDefault(static found => found is not null)
            : Select(_network.Interfaces, hop));
    }

    private static Address? Select(IEnumerable<NetworkInterface> devices, Address hop)
    {
        Address? best = null;
        int longest = -1;
        foreach (InterfaceAddress own in devices.SelectMany(static device => device.Addresses))
        {
            if (own.Address.IsV4 != hop.IsV4 || IsLoopback(own.Address) || (IsLinkLocal(own.Address) && !IsOnLink(hop)))
            {
                continue;
            }

            if (own.Address.IsV4 && own.Network.Contains(hop))
            {
                return own.Address;
            }

            // IPv4 takes the first; IPv6 the one that has most bits in common with the destination.
            // Before that goes the scope: to the link, or a group on it, an address of the link.
            int common = own.Address.IsV4 ? 0 : (IsLinkLocal(own.Address) ? 128 : 0) + (int)UInt128.LeadingZeroCount(own.Address.Value ^ hop.Value);
            best = common > longest ? own.Address : best;
            longest = Math.Max(longest, common);
        }

        return best;
    }

    private static bool IsLoopback(Address address) => address.IsV4 ? address.V4 >> 24 == 127 : address.Value == 1;

    private static bool IsOnLink(Address address) => IsLinkLocal(address) || (!address.IsV4 && (address.High >> 48 & 0xff0f) == 0xff02);

    private static bool IsLinkLocal(Address address) => !address.IsV4 && address.High >> 54 == 0x3fa;

    /// <summary>The port of a bridge behind which an address is; null: unknown.</summary>
    public NetworkInterface? PortTowards(NetworkInterface bridge, Address address)
    {
        foreach (Neighbour neighbour in _network.Neighbours)
        {
            if (neighbour.Address == address && (neighbour.Device == bridge.Name || Find(neighbour.Device)?.Lower == bridge.Name)
                && PortOf(bridge, neighbour.Mac) is { } port)
            {
                return port;
            }
        }

        return null;
    }

    /// <summary>The port of a bridge behind which a hardware address is; null: unknown.</summary>
    public NetworkInterface? PortOf(NetworkInterface bridge, ulong mac)
    {
        foreach (ForwardingEntry entry in _network.ForwardingEntries)
        {
            if (entry.Mac == mac && Find(entry.Port) is { } port && port.Master == bridge.Name)
            {
                return port;
            }
        }

        return null;
    }

    /// <summary>The hardware address that answers to an address; 0: unknown.</summary>
    public ulong MacOf(Address address)
    {
        foreach (Neighbour neighbour in _network.Neighbours)
        {
            if (neighbour.Address == address)
            {
                return neighbour.Mac;
            }
        }

        return 0;
    }

    /// <summary>The hardware address that answers to an address on a device; 0: unknown.</summary>
    public ulong MacOf(Address address, NetworkInterface device)
    {
        if (_macs is null)
        {
            _macs = [];
            foreach (Neighbour neighbour in _network.Neighbours)
            {
                _macs.TryAdd((neighbour.Device, neighbour.Address), neighbour.Mac);
            }
        }

        return _macs.GetValueOrDefault((device.Name, address));
    }
}
