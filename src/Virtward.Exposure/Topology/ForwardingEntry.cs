namespace Virtward.Exposure.Topology;

/// <summary>Behind which port of a bridge a hardware address is (<c>bridge fdb</c>).</summary>
/// <param name="Mac">The hardware address, 48 bits.</param>
/// <param name="Port">The port.</param>
public sealed record ForwardingEntry(ulong Mac, string Port);
