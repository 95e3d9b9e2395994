using System.Buffers.Binary;
using Virtward.Exposure.Packets;

namespace Virtward.Host.Tests.Exposure.Truth.Frames;

/// <summary>Packets as bytes: from the IP header on, checksums right.</summary>
internal static class PacketBytes
{
    public const int Tcp = 6;
    public const int Udp = 17;
    public const int Icmp = 1;
    public const int Icmp6 = 58;
    public const int Sctp = 132;
    public const int UdpLite = 136;
    public const int Gre = 47;

    /// <summary>"VWtr": what begins the mark in a payload; the id follows.</summary>
    private const uint Mark = 0x56577472;

    /// <summary>The bytes from the IP header on.</summary>
    public static byte[] Of(Packet packet, Wording wording)
    {
        byte[] transport = Transport(packet, wording);
        bool v4 = packet.Destination.IsV4;
        byte[] all = new byte[(v4 ? 20 : 40) + transport.Length];
        transport.CopyTo(all, v4 ? 20 : 40);
        if (v4)
        {
            all[0] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(all.AsSpan(2), (ushort)all.Length);
            BinaryPrimitives.WriteUInt16BigEndian(all.AsSpan(4), (ushort)wording.Id);
            all[8] = (byte)packet.Ttl;
            all[9] = (byte)packet.Protocol;
            packet.Source.WriteBytes(all.AsSpan(12));
            packet.Destination.WriteBytes(all.AsSpan(16));
            BinaryPrimitives.WriteUInt16BigEndian(all.AsSpan(10), Checksum.Internet(all.AsSpan(0, 20)));
        }
        else
        {
            all[0] = 0x60;
            BinaryPrimitives.WriteUInt16BigEndian(all.AsSpan(4), (ushort)transport.Length);
            all[6] = (byte)packet.Protocol;
            all[7] = (byte)packet.Ttl;
            packet.Source.WriteBytes(all.AsSpan(8));
            packet.Destination.WriteBytes(all.AsSpan(24));
        }

        return all;
    }

    /// <summary>The id that a payload carries; null where none does. An error carries its own behind that of what it quotes.</summary>
    public static uint? FindId(ReadOnlySpan<byte> data)
    {
        Span<byte> mark = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(mark, Mark);
        int at = data.LastIndexOf(mark);
        return at >= 0 && at + 8 <= data.Length ? BinaryPrimitives.ReadUInt32BigEndian(data[(at + 4)..]) : null;
    }

    /// <summary>The length of the TCP segment's payload.</summary>
    public static int Payload(Wording wording) => 8 + wording.Padding;

    /// <summary>Whether an ICMP type is an error, which quotes the packet it is about.</summary>
    public static bool IsError(int protocol, int type) => protocol switch
    {
        Icmp => type is 3 or 4 or 5 or 11 or 12,
        Icmp6 => type < 128,
        _ => false,
    };

    /// <summary>The ICMP type that a packet has.</summary>
    public static int IcmpType(Packet packet) => packet.IcmpType ?? (packet.Protocol == Icmp6 ? 128 : 8);

    private static byte[] Transport(Packet packet, Wording wording)
    {
        byte[] payload = new byte[Payload(wording)];
        BinaryPrimitives.WriteUInt32BigEndian(payload, Mark);
        BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(4), wording.Id);
        byte[] data;
        switch (packet.Protocol)
        {
            case Tcp:
                data = Headed(20, packet, payload);
                BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(4), wording.Sequence);
                BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(8), wording.Acknowledged);
                data[12] = 0x50;
                data[13] = (byte)packet.TcpFlags;
                BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(14), 0xfff0);
                Seal(data, 16, packet);
                return data;
            case Udp:
                data = Headed(8, packet, payload);
                BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(4), (ushort)data.Length);
                Seal(data, 6, packet);
                return data;
            case UdpLite:
                // Only the header is covered (RFC 3828): Linux takes a wholly covered one for damaged, as it leaves the pseudo header out.
                data = Headed(8, packet, payload);
                data[5] = 8;
                Seal(data, 6, packet, 8);
                return data;
            case Sctp:
                // An INIT chunk (type 1) whose parameters are the payload.
                data = Headed(12 + 20, packet, payload);
                data[12] = 1;
                BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(14), (ushort)(20 + payload.Length));
                BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(16), wording.Sequence | 1);
                BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(20), 65536);
                BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(24), 1);
                BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(26), 1);
                BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(8), Checksum.Sctp(data));
                return data;
            case Icmp or Icmp6:
                int type = IcmpType(packet);
                byte[] body = IsError(packet.Protocol, type) ? [.. wording.About ?? Unsent(packet, wording), .. payload] : payload;
                data = new byte[8 + body.Length];
                data[0] = (byte)type;
                body.CopyTo(data, 8);
                Seal(data, 2, packet);
                return data;
            default:
                data = new byte[8 + payload.Length];
                payload.CopyTo(data, 8);

                // Rules that reject check a sum over any protocol (nf_reject_verify_csum), for IPv4 without the pseudo header.
                Seal(data, 2, packet.Destination.IsV4 ? packet with { Protocol = Icmp } : packet);
                return data;
        }
    }

    private static byte[] Headed(int length, Packet packet, byte[] payload)
    {
        byte[] data = new byte[length + payload.Length];
        BinaryPrimitives.WriteUInt16BigEndian(data, (ushort)packet.SourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(2), (ushort)packet.DestinationPort);
        payload.CopyTo(data, length);
        return data;
    }

    /// <summary>What an error quotes where nothing was sent: a datagram the other way, whose flow does not exist.</summary>
    private static byte[] Unsent(Packet packet, Wording wording) => Of(
        new Packet
        {
            Iif = packet.Iif,
            Source = packet.Destination,
            Destination = packet.Source,
            Protocol = Udp,
            SourcePort = 65001,
            DestinationPort = 65002,
        },
        wording with { About = null, Padding = 0 });

    private static void Seal(byte[] data, int at, Packet packet, int covered = int.MaxValue)
    {
        uint start = 0;
        if (packet.Protocol != Icmp)
        {
            Span<byte> addresses = stackalloc byte[32];
            int length = packet.Source.WriteBytes(addresses);
            length += packet.Destination.WriteBytes(addresses[length..]);
            start = Checksum.Pseudo(addresses[..length], packet.Protocol, data.Length);
        }

        ushort sum = Checksum.Internet(data.AsSpan(0, Math.Min(covered, data.Length)), start);
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(at), sum == 0 && packet.Protocol == Udp ? (ushort)0xffff : sum);
    }
}
