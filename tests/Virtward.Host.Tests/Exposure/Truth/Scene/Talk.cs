using Virtward.Core.Net;
using Virtward.Exposure.Packets;
using Virtward.Host.Tests.Exposure.Truth.Frames;

namespace Virtward.Host.Tests.Exposure.Truth.Scene;

/// <summary>The TCP sequence numbers of both sides of one probe's connection: unlike any other's.</summary>
/// <param name="first">The number of the side that speaks first.</param>
/// <param name="second">The number of the other side.</param>
internal sealed class Talk(uint first, uint second)
{
    private uint _first = first << 8;
    private uint _second = second << 8;
    private (Address Source, int Port)? _opener;

    /// <summary>The number that follows a packet.</summary>
    public static uint After(Packet packet, uint sequence, int payload) =>
        sequence + (uint)payload + ((packet.TcpFlags & 2) != 0 ? 1u : 0) + ((packet.TcpFlags & 1) != 0 ? 1u : 0);

    /// <summary>The numbers of the next packet.</summary>
    public (uint Sequence, uint Acknowledged) Next(Packet packet, int payload)
    {
        _opener ??= (packet.Source, packet.SourcePort);
        bool forth = _opener == (packet.Source, packet.SourcePort);
        (uint sequence, uint acknowledged) = forth ? (_first, _second) : (_second, _first);
        if (packet.Protocol == PacketBytes.Tcp)
        {
            uint after = After(packet, sequence, payload);
            (_first, _second) = forth ? (after, _second) : (_first, after);
        }

        return (sequence, acknowledged);
    }
}
