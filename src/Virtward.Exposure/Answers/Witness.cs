using Virtward.Exposure.Packets;

namespace Virtward.Exposure.Answers;

/// <summary>One packet that gets an outcome, and why.</summary>
/// <param name="Outcome">What becomes of it.</param>
/// <param name="Packet">The packet.</param>
/// <param name="Trace">Its way.</param>
public sealed record Witness(Outcome Outcome, Packet Packet, Trace Trace);
