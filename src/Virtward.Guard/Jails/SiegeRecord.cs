using System.Collections.Immutable;
using Virtward.Core.Time;

namespace Virtward.Guard.Jails;

/// <summary>The siege and the normal levels it is held against. A few dozen numbers: stored whole whenever they change.</summary>
/// <param name="Since">When the siege began; <see cref="UnixTime.None"/> if there is none.</param>
/// <param name="Reason">Why, with numbers; empty if there is none.</param>
/// <param name="Levels">The normal levels, one per meter.</param>
public sealed record SiegeRecord(UnixTime Since, string Reason, ImmutableArray<NormalLevel> Levels)
{
    /// <summary>No siege, nothing learned.</summary>
    public static readonly SiegeRecord None = new(UnixTime.None, "", []);
}
