using Virtward.Core.Net;

namespace Virtward.Core.Host;

/// <summary>One change of one element of an nftables set.</summary>
/// <param name="Set">The set's name.</param>
/// <param name="Key">The element's address, of the set's family.</param>
/// <param name="Action">What becomes of it.</param>
/// <param name="Timeout">When the kernel drops it by itself; over zero. Unused by <see cref="ElementAction.Remove"/>.</param>
/// <param name="Count">Where its counter begins, so that counting goes on over a replacement.</param>
public readonly record struct ElementChange(string Set, Address Key, ElementAction Action, TimeSpan Timeout = default, PacketCount Count = default);
