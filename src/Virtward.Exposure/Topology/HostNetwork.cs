using System.Collections.Immutable;

namespace Virtward.Exposure.Topology;

/// <summary>What of a host decides, beside its rules, where packets go: interfaces, addresses, routes, rules, sysctls. A value.</summary>
public sealed record HostNetwork
{
    /// <summary>All interfaces.</summary>
    public ImmutableArray<NetworkInterface> Interfaces { get; init; } = [];

    /// <summary>All routes of all tables, of both families.</summary>
    public ImmutableArray<Route> Routes { get; init; } = [];

    /// <summary>All rules of both families. Empty: the kernel's own three (local, main, default).</summary>
    public ImmutableArray<RoutingRule> Rules { get; init; } = [];

    /// <summary>Sysctls by their full name (<c>net.ipv4.ip_forward</c>, <c>net.ipv4.conf.eth0.rp_filter</c>), as text.</summary>
    public ImmutableDictionary<string, string> Sysctls { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Who answers to which address on the links, where that is known: it names the bridge's port that a packet leaves by.</summary>
    public ImmutableArray<Neighbour> Neighbours { get; init; } = [];

    /// <summary>Behind which port of a bridge which hardware address is, where that is known.</summary>
    public ImmutableArray<ForwardingEntry> ForwardingEntries { get; init; } = [];

    /// <summary>The sockets that packets may be handed to (<c>tproxy</c>); null: not known.</summary>
    public ImmutableArray<LocalSocket>? Sockets { get; init; }
}
