namespace Virtward.Exposure.Packets;

/// <summary>A packet, and what its asker calls it.</summary>
/// <param name="Id">The id's JSON text (<c>"a"</c>, <c>7</c>); null where there is none.</param>
/// <param name="Packet">The packet.</param>
public sealed record IdentifiedPacket(string? Id, Packet Packet);
