using Virtward.Core.Net;

namespace Virtward.Exposure.Evaluation;

/// <summary>One direction of a flow (struct nf_conntrack_tuple). For ICMP the source port is the identifier, the destination port the type.</summary>
internal readonly record struct FlowTuple(int Protocol, Address Source, int SourcePort, Address Destination, int DestinationPort);
