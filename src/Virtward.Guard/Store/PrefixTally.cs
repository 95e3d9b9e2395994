using Virtward.Core.Net;

namespace Virtward.Guard.Store;

/// <summary>Adds up bans by the prefix that they lie in.</summary>
/// <param name="v4Length">The length that IPv4 targets are grouped by.</param>
/// <param name="v6Length">The length that IPv6 targets are grouped by.</param>
public sealed class PrefixTally(int v4Length, int v6Length)
{
    private readonly Dictionary<Prefix, (int Bans, HashSet<Prefix> Targets, long Packets)> _groups = [];

    /// <summary>Counts one ban.</summary>
    public void Count(Prefix target, long packets)
    {
        int length = target.IsV4 ? v4Length : v6Length;
        Prefix group = target.Length > length ? target.Widen(length) : target;
        (int bans, HashSet<Prefix> targets, long sum) = _groups.GetValueOrDefault(group, (0, [], 0));
        targets.Add(target);
        _groups[group] = (bans + 1, targets, sum + packets);
    }

    /// <summary>The groups with the most bans, the most first; among equals by address.</summary>
    public IReadOnlyList<PrefixTotal> Top(int limit) =>
    [
        .. _groups
            .Select(group => new PrefixTotal(group.Key, group.Value.Bans, group.Value.Targets.Count, group.Value.Packets))
            .OrderByDescending(total => total.Bans)
            .ThenBy(total => total.Prefix)
            .Take(limit),
    ];
}
