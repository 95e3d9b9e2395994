using System.Collections.Immutable;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Paths;

namespace Virtward.Exposure.Matrix;

/// <summary>
/// Who should reach what on an isolated KVM host: nothing but the VPN answers the Internet; the host is managed from the management network and the VPN;
/// guests get names and addresses from the host, and nothing else of it.
/// </summary>
public static class Expectation
{
    /// <summary>How it is to be seen that somebody of a zone reaches an endpoint.</summary>
    /// <param name="role">The zone's role.</param>
    /// <param name="kind">What the endpoint is for.</param>
    /// <param name="place">Where the endpoint is.</param>
    public static Concern Of(ZoneRole role, ServiceKind kind, EndpointPlace place) => place switch
    {
        EndpointPlace.Guest or EndpointPlace.Container => OfGuest(role),
        EndpointPlace.Network => throw new ArgumentException("a zone is judged as a path", nameof(place)),
        // Somebody declared it, with a rule of its own: perhaps it is the guest's purpose.
        EndpointPlace.Published => Concern.Look,
        _ => OfHost(role, kind),
    };

    /// <summary>
    /// How it is to be seen that somebody of a zone gets through to another zone: guests and strangers have no way to the administrators' networks, strangers none
    /// to the guests but what is forwarded; what the host itself may call on the Internet is to be looked at.
    /// </summary>
    /// <param name="from">Whose packets.</param>
    /// <param name="to">Where to.</param>
    /// <param name="open">The ports that they get through to.</param>
    public static Concern OfPath(ZoneRole from, ZoneRole to, ImmutableArray<ProtocolPorts> open) => (from, to) switch
    {
        (_, ZoneRole.Host) => ToHost(from, open),
        (ZoneRole.Host, ZoneRole.Internet) => open.Any(static one => ProtocolNames.HasPorts(one.Protocol) && one.Ports.Equals(PortSet.All)) ? Concern.Look : Concern.Fine,
        (ZoneRole.Host or ZoneRole.Management or ZoneRole.Vpn, _) => Concern.Fine,
        (ZoneRole.Internet, ZoneRole.Internet) => Concern.Look,
        (ZoneRole.Internet, _) => Concern.Wrong,
        (_, ZoneRole.Internet) => Concern.Fine,
        (ZoneRole.Guests or ZoneRole.Containers, ZoneRole.Management or ZoneRole.Vpn) => Concern.Wrong,
        _ => Concern.Look,
    };

    // Each service that listens is judged by itself. Here it is whether a firewall stands before those that do not listen yet.
    private static Concern ToHost(ZoneRole from, ImmutableArray<ProtocolPorts> open)
    {
        bool everything = open.Any(static one => ProtocolNames.HasPorts(one.Protocol) && one.Ports.Equals(PortSet.All));
        return !everything ? Concern.Fine : from switch
        {
            ZoneRole.Internet or ZoneRole.Guests or ZoneRole.Containers => Concern.Wrong,
            ZoneRole.Management or ZoneRole.Vpn => Concern.Fine,
            _ => Concern.Look,
        };
    }

    private static Concern OfHost(ZoneRole role, ServiceKind kind) => role switch
    {
        ZoneRole.Internet => kind == ServiceKind.Vpn ? Concern.Fine : kind == ServiceKind.Web ? Concern.Look : Concern.Wrong,
        ZoneRole.Management or ZoneRole.Vpn => kind switch
        {
            ServiceKind.Ssh or ServiceKind.Console or ServiceKind.Libvirt or ServiceKind.Panel or ServiceKind.Vpn or ServiceKind.Web => Concern.Fine,
            _ => Concern.Look,
        },
        ZoneRole.Guests or ZoneRole.Containers => kind is ServiceKind.Dns or ServiceKind.Dhcp ? Concern.Fine : Concern.Wrong,
        _ => Concern.Look,
    };

    private static Concern OfGuest(ZoneRole role) => role switch
    {
        // Asked directly, without a forward that somebody declared.
        ZoneRole.Internet => Concern.Wrong,
        ZoneRole.Guests or ZoneRole.Containers => Concern.Look,
        _ => Concern.Fine,
    };
}
