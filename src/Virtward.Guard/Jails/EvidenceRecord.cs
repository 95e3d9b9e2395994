using Virtward.Core.Net;
using Virtward.Core.Time;

namespace Virtward.Guard.Jails;

/// <summary>A subject that counts towards the ban of the prefixes it lies in.</summary>
/// <param name="Subject">An IPv4 address, or an IPv6 /64.</param>
/// <param name="At">When it last gave cause: it counts for the prefix window from then on.</param>
public sealed record EvidenceRecord(Prefix Subject, UnixTime At);
