namespace Virtward.Control;

/// <summary>What the kernel holds and has stopped.</summary>
/// <param name="Healthy">Whether the last change or comparison went well.</param>
/// <param name="Backend">"libnftables", "nft", or why there is none.</param>
/// <param name="Repairs">How often bans had to be put back because somebody removed them.</param>
/// <param name="Packets">Packets stopped since the start.</param>
/// <param name="Bytes">Their bytes.</param>
public sealed record EnforcementDocument(bool Healthy, string Backend, long Repairs, ulong Packets, ulong Bytes);
