using System.Collections.Immutable;
using Virtward.Exposure.Rulesets.Sets;

namespace Virtward.Exposure.Reading.Ipsets;

/// <summary>One set of ipset(8).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type as written: <c>hash:ip,port</c>.</param>
/// <param name="V6">Whether its addresses are IPv6's; null where it holds none.</param>
/// <param name="Dimensions">The parts of its type.</param>
public sealed record Ipset(string Name, string Type, bool? V6, ImmutableArray<IpsetDimension> Dimensions)
{
    /// <summary>Its members now; a port is two fields of a key, the protocol and the port.</summary>
    public SetContents Contents { get; init; } = SetContents.Empty;

    /// <summary>Whether members go away by themselves.</summary>
    public bool HasTimeout { get; init; }

    /// <summary>Whether <see cref="Contents"/> says who is in it; else any look-up in it is opaque.</summary>
    public bool Exact { get; init; } = true;

    /// <summary>Whether ports are part of its keys.</summary>
    public bool HasPorts => Dimensions.Contains(IpsetDimension.Port);

    /// <summary>The set as a set of a table of nftables'.</summary>
    /// <param name="v6">The table's family.</param>
    public SetDefinition ToDefinition(bool v6) => new(Name, 0)
    {
        KeyTypes = [.. Dimensions.SelectMany<IpsetDimension, string>(d => d switch
        {
            IpsetDimension.Address => [v6 ? "ipv6_addr" : "ipv4_addr"],
            IpsetDimension.Port => ["inet_proto", "inet_service"],
            IpsetDimension.HardwareAddress => ["ether_addr"],
            IpsetDimension.Interface => ["ifname"],
            _ => ["mark"],
        })],
        Contents = Contents,
        HasTimeout = HasTimeout,
        Flags = ["interval"],
    };
}
