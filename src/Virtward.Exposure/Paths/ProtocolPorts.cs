using Virtward.Exposure.Answers;

namespace Virtward.Exposure.Paths;

/// <summary>What somebody gets through to, of one protocol.</summary>
/// <param name="Protocol">The protocol's number; ICMP's is IPv4's 1 for both families.</param>
/// <param name="Ports">The ports; of a protocol without ports all or none.</param>
public sealed record ProtocolPorts(int Protocol, PortSet Ports);
