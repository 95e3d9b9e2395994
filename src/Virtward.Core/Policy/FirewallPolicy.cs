using System.Collections.Immutable;

namespace Virtward.Core.Policy;

/// <summary>What our own nftables chains let through besides the services and SSH: <c>firewall:</c>. Everything else is dropped.</summary>
public sealed record FirewallPolicy
{
    /// <summary>Whether a plan sets up our chains (<c>manage</c>).</summary>
    public bool Managed { get; init; } = true;

    /// <summary>Who may ping the host, by zone.</summary>
    public ImmutableArray<string> Ping { get; init; } = ["management", "vpn", "guests"];

    /// <summary>Which zones may open any connection to which others through the host; services with <c>to</c> open single ports.</summary>
    public ImmutableArray<ForwardWay> Forward { get; init; } = [new("guests", ["internet"])];

    /// <summary>The host's own ports that guests need of it: DHCP and DNS of libvirt's networks.</summary>
    public ImmutableArray<PortScope> GuestServices { get; init; } =
    [
        new(Transport.Udp, 53, 53), new(Transport.Tcp, 53, 53), new(Transport.Udp, 67, 67), new(Transport.Udp, 547, 547),
    ];

    /// <summary>The ports that the host itself may open, wherever they are; null: all (<c>output: open</c>).</summary>
    public ImmutableArray<PortScope>? Output { get; init; }

    /// <summary>The firewalld zone that each interface is to be in, where firewalld runs (<c>firewalld</c>); interfaces that are not named stay where they are.</summary>
    public ImmutableArray<(string Interface, string Zone)> FirewalldZones { get; init; } = [];

    /// <summary>Whether what is dropped from the Internet is logged, ten lines a second at most.</summary>
    public bool Log { get; init; } = true;

    /// <summary>Whether a source address is refused that does not belong behind the interface it comes from.</summary>
    public bool AntiSpoofing { get; init; } = true;
}
