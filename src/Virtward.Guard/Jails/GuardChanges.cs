using System.Collections.Immutable;
using Virtward.Core.Net;

namespace Virtward.Guard.Jails;

/// <summary>
/// What changed in the <see cref="GuardState"/> since the last time it was asked for. Records replace those with the same key; the keys in
/// the lists called Gone are to be deleted. A record is in one of its two lists only, but a Gone list may name a key twice, and one
/// that was never stored.
/// </summary>
public sealed record GuardChanges
{
    /// <summary>
    /// The whole state, to take the place of all that is stored; then the other members are empty. Handed out after a restore and when more
    /// changed than the engine keeps book of.
    /// </summary>
    public GuardState? Whole { get; init; }

    /// <summary>Bans that began and ended, in order.</summary>
    public ImmutableArray<BanChange> Bans { get; init; } = [];

    /// <summary>Attackers new or touched.</summary>
    public ImmutableArray<AttackerRecord> Attackers { get; init; } = [];

    /// <summary>Attackers forgotten.</summary>
    public ImmutableArray<(string Jail, Prefix Subject)> AttackersGone { get; init; } = [];

    /// <summary>Repeat offenders new or touched.</summary>
    public ImmutableArray<RepeatRecord> Repeats { get; init; } = [];

    /// <summary>Repeat offenders forgotten.</summary>
    public ImmutableArray<(string Jail, Prefix Subject)> RepeatsGone { get; init; } = [];

    /// <summary>Evidence new or touched.</summary>
    public ImmutableArray<EvidenceRecord> Evidence { get; init; } = [];

    /// <summary>Evidence out of its window.</summary>
    public ImmutableArray<Prefix> EvidenceGone { get; init; } = [];

    /// <summary>Known-good subjects new or touched.</summary>
    public ImmutableArray<KnownGoodRecord> KnownGood { get; init; } = [];

    /// <summary>Known-good subjects forgotten.</summary>
    public ImmutableArray<Prefix> KnownGoodGone { get; init; } = [];

    /// <summary>The siege and the normal levels, if they changed.</summary>
    public SiegeRecord? Siege { get; init; }

    /// <summary>Whether there is nothing to store.</summary>
    public bool IsEmpty => Whole is null && Siege is null && Bans.IsEmpty
        && Attackers.IsEmpty && AttackersGone.IsEmpty && Repeats.IsEmpty && RepeatsGone.IsEmpty
        && Evidence.IsEmpty && EvidenceGone.IsEmpty && KnownGood.IsEmpty && KnownGoodGone.IsEmpty;
}
