using System.Collections.Immutable;
using Virtward.Guard.Bans;

namespace Virtward.Guard.Jails;

/// <summary>What came of lifting a ban by hand.</summary>
/// <param name="Lifted">The bans that were lifted; 0 where there was none.</param>
/// <param name="StillOut">The bans that still keep the target out, such as one of a prefix around it, the widest first.</param>
public sealed record UnbanOutcome(int Lifted, ImmutableArray<Ban> StillOut);
