using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets.Sets;
using Virtward.Exposure.Zones;

namespace Virtward.Exposure.Paths;

/// <summary>What of a destination does somebody get through to? Not one endpoint, but all addresses and ports at once.</summary>
/// <param name="From">Where the packets come in; empty: the host makes them itself.</param>
/// <param name="To">Where to.</param>
public sealed record PathQuestion(ImmutableArray<ZoneEntry> From, Destination To)
{
    /// <summary>TCP, UDP and echo requests.</summary>
    public static readonly ImmutableArray<int> UsualProtocols = [ProtocolNames.Tcp, ProtocolNames.Udp, ProtocolNames.Icmp];

    /// <summary>The protocols that are asked about; <see cref="ProtocolNames.Icmp"/> stands for ICMPv6 too.</summary>
    public ImmutableArray<int> Protocols { get; init; } = UsualProtocols;

    /// <summary>The destination ports that are asked about.</summary>
    public ValueRange Ports { get; init; } = new(0, 65535);

    /// <summary>Who sends, where that is not who belongs there: a forged source; null: whom the entries name.</summary>
    public PrefixSet? Sources { get; init; }
}
