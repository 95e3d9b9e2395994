using Virtward.Core.Net;
using Virtward.Exposure.Packets;

namespace Virtward.Host.Tests.Exposure.Truth.Scene;

/// <summary>One packet on its way, and what was seen of it.</summary>
/// <param name="Probe">Which probe it belongs to; -1 for one that only made state.</param>
/// <param name="Index">Which of the probe's packets it is.</param>
/// <param name="Packet">What was sent.</param>
internal sealed record Flight(int Probe, int Index, Packet Packet)
{
    /// <summary>Where it came out.</summary>
    public List<(string Where, Address Source, Address Destination, int SourcePort, int DestinationPort)> Arrivals { get; } = [];

    /// <summary>What its sender was told.</summary>
    public string? Told { get; set; }

    /// <summary>Whether the kernel refused to let the host send it.</summary>
    public bool Refused { get; set; }
}
