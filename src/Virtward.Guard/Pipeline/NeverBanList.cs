using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Time;
using Virtward.Guard.Bans;
using Virtward.Guard.Store;

namespace Virtward.Guard.Pipeline;

/// <summary>
/// Puts together who is never banned: the policy's list, the networks of the management and VPN zones, what the host itself says (own
/// addresses, gateways, resolvers, live admin sessions), and what an administrator has allowed at run time.
/// </summary>
/// <param name="policy">The policy.</param>
public sealed class NeverBanList(HostPolicy policy)
{
    private readonly Dictionary<Prefix, Allowance> _allowed = [];
    private IReadOnlyList<NeverBanEntry> _facts = [];

    /// <summary>The run-time entries.</summary>
    public IReadOnlyCollection<Allowance> Allowed => _allowed.Values;

    /// <summary>Takes over what the host says now.</summary>
    /// <returns>Whether that differs from before.</returns>
    public bool Learn(IReadOnlyList<NeverBanEntry> facts)
    {
        if (facts.Count == _facts.Count && facts.ToHashSet().SetEquals(_facts))
        {
            return false;
        }

        _facts = facts;
        return true;
    }

    /// <summary>Adds a run-time entry, in place of an older one for the same target.</summary>
    public void Allow(Allowance entry) => _allowed[entry.Target] = entry;

    /// <summary>Takes a run-time entry back.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Disallow(Prefix target) => _allowed.Remove(target);

    /// <summary>Drops the run-time entries whose time is up.</summary>
    /// <returns>Those entries' targets.</returns>
    public IReadOnlyList<Prefix> Lapse(UnixTime now)
    {
        List<Prefix> lapsed = [.. _allowed.Values.Where(entry => entry.Until <= now).Select(entry => entry.Target)];
        lapsed.ForEach(target => _allowed.Remove(target));
        return lapsed;
    }

    /// <summary>The list as it is now.</summary>
    public NeverBan Build()
    {
        IEnumerable<NeverBanEntry> byPolicy = policy.Guard.NeverBan.Select(prefix => new NeverBanEntry(prefix, "never-ban in the policy"));
        IEnumerable<NeverBanEntry> byZone = policy.Zones
            .Where(zone => zone.Name is "management" or "vpn")
            .SelectMany(zone => zone.Sources.Select(source => new NeverBanEntry(source, $"zone {zone.Name}")));
        IEnumerable<NeverBanEntry> byHand = _allowed.Values.Select(
            entry => new NeverBanEntry(entry.Target, entry.Comment.Length == 0 ? "allowed by hand" : $"allowed by hand: {entry.Comment}"));
        return new NeverBan([.. byPolicy, .. byZone, .. byHand, .. _facts], policy.Guard.Jails);
    }
}
