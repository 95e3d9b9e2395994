namespace Virtward.Core.Host;

/// <summary>What an nftables counter has counted.</summary>
/// <param name="Packets">Packets.</param>
/// <param name="Bytes">Their bytes, from the network header on.</param>
public readonly record struct PacketCount(ulong Packets, ulong Bytes)
{
    /// <summary>Both together.</summary>
    public static PacketCount operator +(PacketCount left, PacketCount right) =>
        new(left.Packets + right.Packets, left.Bytes + right.Bytes);
}
