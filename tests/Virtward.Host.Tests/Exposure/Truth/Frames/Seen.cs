using System.Buffers.Binary;
using Virtward.Core.Net;

namespace Virtward.Host.Tests.Exposure.Truth.Frames;

/// <summary>A packet as it was seen somewhere, from the IP header on.</summary>
internal readonly record struct Seen(Address Source, Address Destination, int Protocol, int SourcePort, int DestinationPort)
{
    /// <summary>The id in its payload, or in that of the packet it quotes; null: none.</summary>
    public uint? Id { get; init; }

    /// <summary>The ICMP type; -1 for others.</summary>
    public int IcmpType { get; init; }

    /// <summary>The ICMP code.</summary>
    public int IcmpCode { get; init; }

    /// <summary>Of an ICMP error, the protocol and the ICMP type (-1: it is none) of the packet that it quotes; null: it quotes none.</summary>
    public (int Protocol, int IcmpType)? Quoted { get; init; }

    /// <summary>TCP's flags.</summary>
    public int TcpFlags { get; init; }

    /// <summary>TCP's sequence number.</summary>
    public uint Sequence { get; init; }

    /// <summary>TCP's acknowledgement number.</summary>
    public uint Acknowledged { get; init; }

    /// <summary>Reads bytes from the IP header on; null where they are no whole packet.</summary>
    public static Seen? Read(ReadOnlySpan<byte> data)
    {
        if (data.Length >= 20 && data[0] >> 4 == 4)
        {
            int header = (data[0] & 15) * 4;
            return header > data.Length ? null : Read(
                Address.FromV4(BinaryPrimitives.ReadUInt32BigEndian(data[12..])),
                Address.FromV4(BinaryPrimitives.ReadUInt32BigEndian(data[16..])),
                data[9],
                data[header..]);
        }

        return data.Length >= 40 && data[0] >> 4 == 6 ? Read(V6(data[8..]), V6(data[24..]), data[6], data[40..]) : null;
    }

    /// <summary>Reads bytes from the transport header on.</summary>
    public static Seen Read(Address source, Address destination, int protocol, ReadOnlySpan<byte> transport)
    {
        bool ports = protocol is PacketBytes.Tcp or PacketBytes.Udp or PacketBytes.UdpLite or PacketBytes.Sctp && transport.Length >= 8;
        bool tcp = protocol == PacketBytes.Tcp && transport.Length >= 20;
        bool icmp = protocol is PacketBytes.Icmp or PacketBytes.Icmp6 && transport.Length >= 8;
        return new Seen(
            source,
            destination,
            protocol,
            ports ? BinaryPrimitives.ReadUInt16BigEndian(transport) : 0,
            ports ? BinaryPrimitives.ReadUInt16BigEndian(transport[2..]) : 0)
        {
            Id = PacketBytes.FindId(transport),
            IcmpType = icmp ? transport[0] : -1,
            IcmpCode = icmp ? transport[1] : 0,
            Quoted = icmp && PacketBytes.IsError(protocol, transport[0]) && Read(transport[8..]) is { } about ? (about.Protocol, about.IcmpType) : null,
            TcpFlags = tcp ? transport[13] : 0,
            Sequence = tcp ? BinaryPrimitives.ReadUInt32BigEndian(transport[4..]) : 0,
            Acknowledged = tcp ? BinaryPrimitives.ReadUInt32BigEndian(transport[8..]) : 0,
        };
    }

    public static Address V6(ReadOnlySpan<byte> data) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(data), BinaryPrimitives.ReadUInt64BigEndian(data[8..]));
}
