using Virtward.Core.Net;

namespace Virtward.Core.Host;

/// <summary>One element of an nftables set whose key is one address, as the kernel holds it.</summary>
/// <param name="Key">The address; in a set that is looked up through a mask it stands for its whole prefix.</param>
/// <param name="Remaining">The time left before the kernel drops it; null where it has no timeout.</param>
/// <param name="Count">What matched it; zero where the set does not count.</param>
public readonly record struct FirewallElement(Address Key, TimeSpan? Remaining, PacketCount Count);
