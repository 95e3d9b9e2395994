using System.Collections.Immutable;
using Virtward.Guard.Bans;

namespace Virtward.Guard.Store.Sqlite;

/// <summary>The bans that are not over.</summary>
/// <param name="InForce">Those in force.</param>
/// <param name="Folded">Those that a prefix ban took in and whose own time is not up.</param>
/// <param name="AnyExpired">Whether others were found that no guard was there to end.</param>
public sealed record LiveBans(ImmutableArray<Ban> InForce, ImmutableArray<Ban> Folded, bool AnyExpired);
