using Virtward.Core.Net;

namespace Virtward.Core.Host;

/// <summary>One element of an nftables set of addresses or prefixes.</summary>
/// <param name="Target">The address; for an interval set the prefix (an interval that is no prefix is split into several).</param>
/// <param name="Remaining">The time left before the kernel drops it; null where it has no timeout.</param>
/// <param name="Packets">Packets that matched it.</param>
/// <param name="Bytes">Their bytes.</param>
public readonly record struct FirewallElement(Prefix Target, TimeSpan? Remaining, ulong Packets, ulong Bytes);
