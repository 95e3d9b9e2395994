using System.Collections.Frozen;
using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Core.Policy;

namespace Virtward.Guard.Bans;

/// <summary>
/// Who is never banned. A ban that lies wholly inside is not made; of one that lies partly inside, what is put into the kernel is what
/// <see cref="Carve(Ban)"/> leaves, asked last, right before the kernel. Immutable: a new list replaces the old one.
/// </summary>
public sealed class NeverBan
{
    /// <summary>
    /// What nobody may ban, not even by hand with force: it is no peer on the Internet, and without it the host itself stops
    /// working (RFC 6890; RFC 4861 for fe80::/10, which carries neighbour discovery; 169.254.0.0/16 carries cloud metadata).
    /// </summary>
    public static readonly ImmutableArray<NeverBanEntry> Always =
    [
        new(Prefix.Parse("127.0.0.0/8"), "loopback"),
        new(Prefix.Parse("::1"), "loopback"),
        new(Prefix.Parse("0.0.0.0/8"), "this network"),
        new(Prefix.Parse("::"), "the unspecified address"),
        new(Prefix.Parse("169.254.0.0/16"), "link-local"),
        new(Prefix.Parse("fe80::/10"), "link-local"),
        new(Prefix.Parse("224.0.0.0/4"), "multicast"),
        new(Prefix.Parse("ff00::/8"), "multicast"),
        new(Prefix.Parse("255.255.255.255"), "broadcast"),
    ];

    /// <summary>The list that holds <see cref="Always"/> and nothing else.</summary>
    public static readonly NeverBan Minimal = new([], []);

    private static readonly PrefixSet AlwaysSet = PrefixSet.Of(Always.Select(static entry => entry.Prefix));

    private readonly PrefixSet _everyone;
    private readonly PrefixSet _anyJail;
    private readonly FrozenDictionary<string, PrefixSet> _jails;

    /// <summary>Makes the list; <see cref="Always"/> is added.</summary>
    /// <param name="entries">Never banned by anybody.</param>
    /// <param name="jails">The jails, for their own never-ban lists.</param>
    public NeverBan(IEnumerable<NeverBanEntry> entries, IEnumerable<JailPolicy> jails)
    {
        Entries = [.. Always, .. entries];
        _everyone = PrefixSet.Of(Entries.Select(static entry => entry.Prefix));
        JailPolicy[] own = [.. jails.Where(static jail => !jail.NeverBan.IsDefaultOrEmpty)];
        _jails = own.ToFrozenDictionary(static jail => jail.Name, jail => _everyone.Union(PrefixSet.Of(jail.NeverBan)));
        _anyJail = _everyone.Union(PrefixSet.Of(own.SelectMany(static jail => jail.NeverBan)));
    }

    /// <summary>Every entry that holds for all bans, with its reason.</summary>
    public ImmutableArray<NeverBanEntry> Entries { get; }

    /// <summary>Why the prefix, or part of it, is never banned; null where all of it may be.</summary>
    public string? ReasonFor(Prefix prefix)
    {
        foreach (NeverBanEntry entry in Entries)
        {
            if (entry.Prefix.Overlaps(prefix))
            {
                return entry.Reason;
            }
        }

        return null;
    }

    /// <summary>Whether a jail may ban none of these addresses.</summary>
    public bool Spares(Prefix target, string jail) => SetFor(jail).Contains(target);

    /// <summary>Whether nothing is left of a ban.</summary>
    public bool Spares(Ban ban) => SetFor(ban).Contains(ban.Target);

    /// <summary>What of these addresses may be banned: the shortest list of prefixes.</summary>
    public ImmutableArray<Prefix> Carve(Prefix target) => _everyone.CarveFrom(target);

    /// <summary>
    /// What a ban really shuts out: its target without the list, without its jail's own list, and for the ban of a prefix, which closes all
    /// ports, without every jail's list. The shortest list of prefixes.
    /// </summary>
    public ImmutableArray<Prefix> Carve(Ban ban) => SetFor(ban).CarveFrom(ban.Target);

    /// <summary>How many addresses a ban really shuts out.</summary>
    public double CountShutOut(Ban ban) => Carve(ban).Sum(static prefix => prefix.Count);

    private PrefixSet SetFor(Ban ban) =>
        ban.Forced ? AlwaysSet
        : ban.Origin == BanOrigin.Prefix ? _anyJail
        : SetFor(ban.Jail);

    private PrefixSet SetFor(string jail) => _jails.TryGetValue(jail, out PrefixSet? set) ? set : _everyone;
}
