using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Facts;
using Virtward.Exposure.Facts.Guests;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Zones;

/// <summary>Guesses zones from what a host looks like. In doubt a place belongs to the internet, which is trusted least.</summary>
internal sealed class ZoneGuess
{
    /// <summary>The zones that are guessed, in the order that they are shown in.</summary>
    public static readonly ImmutableArray<string> Order = [Zone.Internet, Zone.Management, Zone.Vpn, Zone.Guests, Zone.Containers];

    private readonly HostNetwork _network;
    private readonly List<string> _notes;
    private readonly HashSet<string> _guestDevices;
    private readonly HashSet<string> _guestBridges;

    // RFC 1918, RFC 6598 (shared by carriers), RFC 4193, and link-local addresses.
    private readonly PrefixSet _private = PrefixSet.Of(new[]
    {
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "fc00::/7", "fe80::/10",
    }.Select(static text => Prefix.TryParse(text, out Prefix prefix) ? prefix : default));

    /// <summary>Prepares for a host.</summary>
    /// <param name="facts">The host.</param>
    /// <param name="notes">Gets what a person should know.</param>
    public ZoneGuess(HostFacts facts, List<string> notes)
    {
        _network = facts.Network;
        _notes = notes;
        _guestDevices = [.. facts.Guests.SelectMany(static guest => guest.Interfaces).Select(static one => one.Target).OfType<string>()];
        _guestBridges = [.. facts.GuestNetworks.Where(static network => network.Forward is not "bridge").Select(static network => network.Bridge).OfType<string>()];
        foreach (Guest guest in facts.Guests)
        {
            notes.AddRange(guest.Interfaces.Where(static one => one.Lower is not null)
                .Select(one => $"guest {guest.Name} sits on {one.Lower} directly (macvtap): what it sends and gets there passes none of this host's rules"));
        }

        if (!EntryPoints.DefaultRoutes(_network).Any())
        {
            notes.Add("this host has no default route: the internet reaches it only through what else is said here");
        }
    }

    /// <summary>Guesses the zone of a place; null: nothing comes in there.</summary>
    public (string Zone, ZoneEntry Entry)? Of(EntryPoint point)
    {
        if (Guess(point) is not (string zone, string reason))
        {
            return null;
        }

        // Anybody may come from the internet; elsewhere those whose networks are there. Where nothing tells, anybody.
        PrefixSet? sources = zone == Zone.Internet || point.Networks.All(static prefix => IsLinkLocal(prefix)) ? null : point.Networks;
        return (zone, new ZoneEntry(point.Device, point.Network.Name, sources, reason, Guessed: true));
    }

    private (string Zone, string Reason)? Guess(EntryPoint point)
    {
        NetworkInterface port = point.Port;
        NetworkInterface seen = point.Network;
        Route? way = EntryPoints.DefaultRoutes(_network).FirstOrDefault(route => EntryPoints.LeadsTo(route, seen.Name));
        if (IsVpn(port))
        {
            if (way is not null)
            {
                _notes.Add($"the default route leads through {port.Name}: what comes from the internet through that VPN counts as vpn");
            }

            return (Zone.Vpn, $"is a VPN's device ({(port.Kind.Length > 0 ? port.Kind : "by its name")})");
        }

        if (IsGuest(point) is string guest)
        {
            return (Zone.Guests, guest);
        }

        if (IsContainer(point) is string container)
        {
            return (Zone.Containers, container);
        }

        if (way is not null)
        {
            return (Zone.Internet, Default(point, way));
        }

        return port.Up || seen.Addresses.Length > 0 ? ByAddress(point) : null;
    }

    private string Default(EntryPoint point, Route way)
    {
        ImmutableArray<InterfaceAddress> own = Global(point.Network);
        if (own.Length > 0 && own.All(address => _private.Contains(address.Address)))
        {
            _notes.Add(
                $"{point.Network.Name} has the default route and a private address ({string.Join(", ", own.Select(static address => $"{address.Address}/{address.Length}"))}): "
                + "the host stands behind a router. Whoever is in that network, and whatever the router forwards, counts as internet here; "
                + "a zone of the policy can tell them apart");
        }

        string gateway = way.Gateway is Address address ? $", via {address}" : "";
        return point.IsPort ? $"is a port of {point.Network.Name}, which has the default route{gateway}" : $"has the default route{gateway}";
    }

    private (string Zone, string Reason)? ByAddress(EntryPoint point)
    {
        ImmutableArray<InterfaceAddress> own = Global(point.Network);
        string where = point.IsPort ? $"is a port of {point.Network.Name}, which has" : "has";
        return own.Length switch
        {
            0 when point.Port.Up => (Zone.Internet, point.IsPort
                ? $"is a port of {point.Network.Name}, and nothing says who is behind it"
                : "has no address that would say who is behind it"),
            0 => null,
            _ when own.All(address => _private.Contains(address.Address)) => (
                Zone.Management, $"{where} a private network ({own[0].Network}) and not the default route"),
            _ => (Zone.Internet, $"{where} a public address ({own.First(address => !_private.Contains(address.Address)).Address})"),
        };
    }

    private static ImmutableArray<InterfaceAddress> Global(NetworkInterface one) =>
        [.. one.Addresses.Where(static address => !IsLinkLocal(new Prefix(address.Address)))];

    private static bool IsLinkLocal(Prefix prefix) => !prefix.IsV4 && prefix.First.High >> 54 == 0xfe80 >> 6;

    private static bool IsVpn(NetworkInterface one) =>
        one.Kind is "wireguard" or "ovpn" or "ppp" or "vti" or "vti6" or "xfrm" or "ipip" or "gre" or "sit"
        || (one.Kind == "tun" && one.LinkType != 1)
        || Named(one.Name, "wg", "tun", "ppp", "ipsec", "vti", "xfrm", "tailscale", "zt", "nebula");

    private string? IsGuest(EntryPoint point)
    {
        string name = point.Device;
        return _guestDevices.Contains(name) ? "is a guest's device"
            : Named(name, "vnet", "tap", "fwpr", "fwln") || (point.Port.Kind == "tun" && point.Port.LinkType == 1) ? "looks like a guest's device"
            : _guestBridges.Contains(point.Network.Name) ? $"belongs to the libvirt network of {point.Network.Name}"
            : Named(point.Network.Name, "virbr") ? $"belongs to {point.Network.Name}, as libvirt names its bridges"
            : null;
    }

    private static string? IsContainer(EntryPoint point)
    {
        string seen = point.Network.Name;
        bool docker = seen.Length == 15 && seen.StartsWith("br-", StringComparison.Ordinal) && seen[3..].All(char.IsAsciiHexDigitLower);
        return docker || Named(seen, "docker", "cni", "podman", "lxcbr", "lxdbr", "incusbr", "flannel", "cali", "kube", "cilium", "lxc")
            ? $"belongs to {seen}, as container engines name theirs"
            : point.Port.Kind == "veth" && point.Device.Length >= 8 && point.Device.StartsWith("veth", StringComparison.Ordinal)
              && point.Device[4..].All(char.IsAsciiHexDigit)
                ? "is named as container engines name theirs"
                : null;
    }

    // The beginning of a name, and a number or nothing after it: "tun0", not "tunnel-office".
    private static bool Named(string name, params ReadOnlySpan<string> beginnings)
    {
        foreach (string beginning in beginnings)
        {
            string rest = name.StartsWith(beginning, StringComparison.Ordinal) ? name[beginning.Length..] : "x";
            if (rest.Length == 0 || char.IsAsciiDigit(rest[0]) || rest[0] is '-' or '.' or '_')
            {
                return true;
            }
        }

        return false;
    }
}
