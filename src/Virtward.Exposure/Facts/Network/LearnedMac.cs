namespace Virtward.Exposure.Facts.Network;

/// <summary>A hardware address that a bridge has seen behind one of its ports.</summary>
/// <param name="Mac">The address, 48 bits.</param>
/// <param name="Port">The port.</param>
/// <param name="Bridge">The bridge.</param>
public sealed record LearnedMac(ulong Mac, string Port, string Bridge);
