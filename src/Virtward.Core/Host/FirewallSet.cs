namespace Virtward.Core.Host;

/// <summary>How an nftables set is made.</summary>
/// <param name="KeyBytes">The length of its keys: 4 for IPv4 addresses, 16 for IPv6 addresses.</param>
/// <param name="HasTimeouts">Whether its elements may have a timeout.</param>
/// <param name="IsInterval">Whether it holds intervals, not single keys.</param>
/// <param name="Counts">Whether each of its elements counts what matches it (nftables 0.9.5 and Linux 5.7).</param>
public readonly record struct FirewallSet(int KeyBytes, bool HasTimeouts, bool IsInterval, bool Counts);
