namespace Virtward.Host.Tests.Exposure.Truth.Scene;

/// <summary>A device of the host with somebody at its other end.</summary>
/// <param name="Device">The host's device.</param>
/// <param name="Number">Numbers both ends' hardware addresses.</param>
/// <param name="Peer">What stands at the other end, as the truth files call it.</param>
/// <param name="Bridge">The bridge it is a port of; null: none.</param>
internal sealed record Link(string Device, int Number, string Peer, string? Bridge)
{
    /// <summary>The host's hardware address.</summary>
    public ulong Mac => 0x02_00_00_00_00_00UL | (uint)Number;

    /// <summary>The other end's hardware address.</summary>
    public ulong PeerMac => 0x02_00_00_00_01_00UL | (uint)Number;

    /// <summary>The other end's name.</summary>
    public string Far => $"w-{Device}";

    /// <summary>A hardware address as text.</summary>
    public static string Text(ulong mac) =>
        string.Join(':', Enumerable.Range(0, 6).Select(i => ((mac >> (40 - (8 * i))) & 0xff).ToString("x2", null)));
}
