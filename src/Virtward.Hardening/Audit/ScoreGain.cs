using System.Collections.Immutable;
using Virtward.Hardening.Checks;

namespace Virtward.Hardening.Audit;

/// <summary>What a score would gain by one thing.</summary>
/// <param name="Area">The area of the checks.</param>
/// <param name="Status">Whether they failed or could not be judged.</param>
/// <param name="Ids">The checks.</param>
/// <param name="Points">By how many points of 100 it would rise.</param>
public sealed record ScoreGain(string Area, Status Status, ImmutableArray<string> Ids, double Points);
