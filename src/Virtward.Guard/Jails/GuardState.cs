using System.Collections.Immutable;
using Virtward.Guard.Bans;

namespace Virtward.Guard.Jails;

/// <summary>
/// Everything a <see cref="GuardEngine"/> must remember over a restart. The engine hands it out with
/// <see cref="GuardEngine.Save"/>, takes it back with <see cref="GuardEngine.Restore"/>, and tells what changed in it with
/// <see cref="GuardEngine.DrainChanges"/>.
/// </summary>
public sealed record GuardState
{
    /// <summary>A guard that has seen nothing yet.</summary>
    public static readonly GuardState Empty = new();

    /// <summary>The bans in force; at most one per target and jail.</summary>
    public ImmutableArray<Ban> Bans { get; init; } = [];

    /// <summary>
    /// Bans that a prefix ban has taken in (they ended as <see cref="UnbanCause.Folded"/>) and whose own time is not up: their rest
    /// comes back when the prefix ban ends first. At most one per target and jail.
    /// </summary>
    public ImmutableArray<Ban> Folded { get; init; } = [];

    /// <summary>The attempts that are being counted; one record per jail and subject.</summary>
    public ImmutableArray<AttackerRecord> Attackers { get; init; } = [];

    /// <summary>How often each subject has been banned; one record per jail and subject.</summary>
    public ImmutableArray<RepeatRecord> Repeats { get; init; } = [];

    /// <summary>Who counts towards the ban of its prefix; one record per subject.</summary>
    public ImmutableArray<EvidenceRecord> Evidence { get; init; } = [];

    /// <summary>Who has logged in; one record per subject.</summary>
    public ImmutableArray<KnownGoodRecord> KnownGood { get; init; } = [];

    /// <summary>The siege, if any, and the normal levels.</summary>
    public SiegeRecord Siege { get; init; } = SiegeRecord.None;
}
