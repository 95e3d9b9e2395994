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
        EndpointPlace.Guest => OfGuest(role),
        // Somebody declared it, with a rule of its own: perhaps it is the guest's purpose.
        EndpointPlace.Published => Concern.Look,
        _ => OfHost(role, kind),
    };

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
