using System.Collections.Immutable;
using Virtward.Core.Net;

namespace Virtward.Exposure.Packets;

/// <summary>
/// One packet as a test or a person describes it, at the place where it meets the host. The names of its JSON form stand in
/// docs/exposure.md (<c>iif saddr daddr proto sport dport flags ttl type l2 vlan smac dmac pre count</c>).
/// </summary>
public sealed record Packet
{
    /// <summary>The device it comes in by (a bridge's port where one is meant); <c>host</c> for a packet that the host itself makes.</summary>
    public required string Iif { get; init; }

    /// <summary>The source address.</summary>
    public required Address Source { get; init; }

    /// <summary>The destination address.</summary>
    public required Address Destination { get; init; }

    /// <summary>The transport protocol's number: 6 TCP, 17 UDP, 1 ICMP, 58 ICMPv6, ….</summary>
    public required int Protocol { get; init; }

    /// <summary>The source port; where the protocol has none, 0.</summary>
    public int SourcePort { get; init; } = DefaultSourcePort;

    /// <summary>The destination port; where the protocol has none, 0.</summary>
    public int DestinationPort { get; init; }

    /// <summary>TCP's flags as the header has them (FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128).</summary>
    public int TcpFlags { get; init; } = 2;

    /// <summary>Time to live, or hop limit.</summary>
    public int Ttl { get; init; } = 64;

    /// <summary>The type of an ICMP or ICMPv6 message; null: echo request.</summary>
    public int? IcmpType { get; init; }

    /// <summary>Whether the frame is addressed to a neighbour's hardware address, so that a bridge passes it on, instead of to the device's own.</summary>
    public bool Bridged { get; init; }

    /// <summary>The 802.1Q tag's VLAN; null: untagged.</summary>
    public int? Vlan { get; init; }

    /// <summary>The frame's source hardware address, 48 bits; null: whatever the neighbour has.</summary>
    public ulong? SourceMac { get; init; }

    /// <summary>The hardware address that a bridged frame is addressed to, 48 bits; null: that of the neighbour who has the destination.</summary>
    public ulong? DestinationMac { get; init; }

    /// <summary>How many packets are sent, each from a new source port (from <see cref="SourcePort"/> up).</summary>
    public int Count { get; init; } = 1;

    /// <summary>Packets that were sent before it and made state.</summary>
    public ImmutableArray<Packet> Before { get; init; } = [];

    /// <summary>The source port where none is named.</summary>
    public const int DefaultSourcePort = 40000;
}
