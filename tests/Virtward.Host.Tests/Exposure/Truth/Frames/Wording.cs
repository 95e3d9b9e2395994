namespace Virtward.Host.Tests.Exposure.Truth.Frames;

/// <summary>What of a packet's bytes its description leaves open, decided by the sender.</summary>
/// <param name="Id">Found again in the payload.</param>
/// <param name="Sequence">TCP's sequence number.</param>
/// <param name="Acknowledged">TCP's acknowledgement number.</param>
/// <param name="About">For an ICMP error: the packet that it quotes; null: one that was never sent.</param>
internal sealed record Wording(uint Id, uint Sequence, uint Acknowledged, byte[]? About = null)
{
    /// <summary>The payload beside what finds the packet again, in bytes.</summary>
    public int Padding { get; init; }
}
