using Virtward.Core.Net;
using Virtward.Core.Time;

namespace Virtward.Guard.Jails;

/// <summary>A subject that has logged in: a siege does not tighten its limits.</summary>
/// <param name="Subject">An IPv4 address, or an IPv6 /64.</param>
/// <param name="LastSuccess">When it last did.</param>
public sealed record KnownGoodRecord(Prefix Subject, UnixTime LastSuccess);
