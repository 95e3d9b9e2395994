using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Core.Snapshots;
using Virtward.Exposure.Facts;
using Virtward.Exposure.Facts.Guests;
using Virtward.Exposure.Facts.Network;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Matrix;

/// <summary>Finds what can be asked about on a host: its listeners, the ports that it forwards, its guests.</summary>
internal static class EndpointFinder
{
    private static readonly ImmutableArray<int> GuestProtocols = [ProtocolNames.Tcp, ProtocolNames.Udp];

    /// <summary>The host's listeners; those of one service at one port are one endpoint, whatever families and addresses they have.</summary>
    public static IEnumerable<Endpoint> Listeners(HostFacts facts)
    {
        // Raw and packet sockets have no port, and what they see no rule keeps from them alone.
        IEnumerable<IGrouping<(int, int, string, string?), Listener>> groups = facts.Listeners
            .Where(static listener => listener.Port > 0 && ProtocolNames.HasPorts(Number(listener)))
            .GroupBy(static listener => (Number(listener), listener.Port, Program(listener), listener.Device));
        foreach (IGrouping<(int Protocol, int Port, string Program, string? Device), Listener> group in groups)
        {
            Listener first = group.First();
            yield return new Endpoint(EndpointPlace.Host, Service(first), group.Key.Protocol, ValueRange.Single((UInt128)group.Key.Port))
            {
                Addresses = [.. group.SelectMany(listener => Addresses(listener, facts.Network)).Distinct().Order()],
                BoundDevice = group.Key.Device,
                Sockets = [.. ListenerSockets.Of(group)],
                Wildcard = group.Any(static listener => listener.Wildcard),
                Owner = Owner(first),
            };
        }
    }

    /// <summary>Ports of the host that rules translate.</summary>
    public static IEnumerable<Endpoint> Published(Ruleset ruleset, HostFacts facts, out int more)
    {
        ImmutableArray<Address> own = OwnAddresses(facts.Network);
        return [.. PublishedPorts.Of(ruleset, out more).Select(port => new Endpoint(
            EndpointPlace.Published, ServiceCatalog.Of(port.Protocol, port.Ports.IsSingle ? (int)port.Ports.First : 0, ""), port.Protocol, port.Ports)
        {
            Addresses = [.. own.Where(address => (address.IsV4 ? port.V4 : port.V6) && !IsLinkLocal(address))],
            Wildcard = true,
        })];
    }

    /// <summary>The guests whose addresses are known, each with all TCP and all UDP ports.</summary>
    public static IEnumerable<(Guest Guest, Endpoint Endpoint)> Guests(HostFacts facts)
    {
        foreach (Guest guest in facts.Guests.Where(static guest => !guest.Addresses.IsEmpty))
        {
            foreach (int protocol in GuestProtocols)
            {
                yield return (guest, new Endpoint(EndpointPlace.Guest, new Service("", ServiceKind.Other), protocol, Endpoint.AllPorts)
                {
                    Addresses = [.. guest.Addresses.Select(static address => address.Address).Where(static address => !IsLinkLocal(address)).Distinct().Order()],
                    Owner = $"guest {guest.Name}",
                });
            }
        }
    }

    /// <summary>All addresses of the host but loopback's.</summary>
    public static ImmutableArray<Address> OwnAddresses(HostNetwork network) =>
        [.. network.Interfaces.Where(static one => !one.Loopback).SelectMany(static one => one.Addresses).Select(static address => address.Address).Distinct().Order()];

    /// <summary>Whether an IPv6 address holds on one link only (fe80::/10, RFC 4291 section 2.5.6).</summary>
    public static bool IsLinkLocal(Address address) => !address.IsV4 && address.High >> 54 == 0xfe80 >> 6;

    /// <summary>The IP protocol's number.</summary>
    public static int Number(Listener listener) =>
        listener.Number > 0 ? listener.Number : ProtocolNames.TryParse(listener.Protocol, out int number) ? number : 0;

    private static string Program(Listener listener) => listener.Guest is null
        ? listener.Processes.IsEmpty ? listener.Purpose : listener.Processes[0].Name
        : $"guest {listener.Guest}";

    private static IEnumerable<Address> Addresses(Listener listener, HostNetwork network)
    {
        if (!listener.Wildcard)
        {
            return [listener.Address];
        }

        return OwnAddresses(network).Where(address => address.IsV4 ? listener.TakesV4 : listener.TakesV6);
    }

    /// <summary>What it is for.</summary>
    public static Service Service(Listener listener)
    {
        string program = listener.Guest is not null && listener.Processes.IsEmpty ? "qemu" : listener.Processes.IsEmpty ? "" : listener.Processes[0].Name;
        Service known = ServiceCatalog.Of(Number(listener), listener.Port, program);
        string name = listener.Purpose.Length > 0 ? listener.Purpose : known.Name;
        return known with { Name = listener.Guest is null ? name : $"{name} of {listener.Guest}" };
    }

    /// <summary>Whose it is: the process, and its container or unit.</summary>
    public static string Owner(Listener listener)
    {
        // The kernel's own sockets have no process, nor have those that are not to be seen without root.
        string process = listener.Processes.IsEmpty ? "" : listener.Processes[0].Name;
        string where = listener.Container ?? listener.Unit ?? "";
        return where.Length == 0 ? process : process.Length == 0 ? where : $"{process}, {where}";
    }
}
