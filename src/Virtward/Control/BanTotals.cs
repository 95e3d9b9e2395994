using Virtward.Guard.Bans;
using Virtward.Output;

namespace Virtward.Control;

/// <summary>What is banned now, in numbers; both halves of what a prefix ban does are shown.</summary>
/// <param name="InForce">Bans in force.</param>
/// <param name="Prefixes">Those of them that are prefix bans.</param>
/// <param name="AddressesShutOut">IPv4 addresses that the bans shut out.</param>
/// <param name="SubnetsV6ShutOut">IPv6 /64s that the bans shut out.</param>
/// <param name="Attackers">How many of them attacked.</param>
public sealed record BanTotals(int InForce, int Prefixes, double AddressesShutOut, double SubnetsV6ShutOut, long Attackers)
{
    /// <summary>The totals of some bans.</summary>
    public static BanTotals Of(IEnumerable<Ban> bans)
    {
        var tally = new BanTally();
        int count = 0, prefixes = 0;
        foreach (Ban ban in bans)
        {
            count++;
            prefixes += ban.Origin == BanOrigin.Prefix ? 1 : 0;
            tally.Add(ban);
        }

        (double v4, double v6, long attackers) = tally.ShutOut();
        return new BanTotals(count, prefixes, v4, v6, attackers);
    }
}
