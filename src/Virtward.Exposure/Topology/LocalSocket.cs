using Virtward.Core.Net;

namespace Virtward.Exposure.Topology;

/// <summary>A bound socket of the host that takes packets of anybody: a listening one of TCP, or one of UDP without a peer.</summary>
/// <param name="Protocol">The transport protocol's number.</param>
/// <param name="Address">The address that it is bound to; <c>0.0.0.0</c> or <c>::</c> for all.</param>
/// <param name="Port">The port.</param>
public sealed record LocalSocket(int Protocol, Address Address, int Port)
{
    /// <summary>Of an IPv6 socket: that it takes no IPv4.</summary>
    public bool V6Only { get; init; }

    /// <summary>The device that it is bound to; null: any.</summary>
    public string? Device { get; init; }

    /// <summary>Whether it takes packets for addresses that are not the host's (IP_TRANSPARENT, ip(7)); null: not known.</summary>
    public bool? Transparent { get; init; }

    /// <summary>Whether it is bound to no address.</summary>
    public bool Wildcard => Address.IsV4 ? Address.V4 == 0 : Address.Value == 0;

    /// <summary>Whether packets of a family reach it: <c>::</c> takes IPv4 too, unless it was told not to.</summary>
    public bool Takes(bool v6) => v6 ? !Address.IsV4 : Address.IsV4 || (Wildcard && !V6Only);

    /// <inheritdoc/>
    public override string ToString() => $"{Packets.ProtocolNames.ToText(Protocol)} {(Address.IsV4 ? $"{Address}" : $"[{Address}]")}{(Device is null ? "" : $"%{Device}")}:{Port}";
}
