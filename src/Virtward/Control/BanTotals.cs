using Virtward.Guard.Bans;

namespace Virtward.Control;

/// <summary>What is banned now, in numbers; both halves of what a prefix ban does are shown.</summary>
/// <param name="InForce">Bans in force.</param>
/// <param name="Prefixes">Those of them that are prefix bans.</param>
/// <param name="AddressesShutOut">IPv4 addresses that the bans shut out.</param>
/// <param name="SubnetsV6ShutOut">IPv6 /64s that the bans shut out.</param>
/// <param name="Attackers">How many of them attacked.</param>
public sealed record BanTotals(int InForce, int Prefixes, double AddressesShutOut, double SubnetsV6ShutOut, long Attackers)
{
    /// <summary>The document of a count.</summary>
    public static BanTotals Of(ShutOut count) => new(count.Bans, count.Prefixes, count.V4Addresses, count.V6Networks, count.Attackers);
}
