using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Rulesets.Sets;

/// <summary>A verdict, in a verdict map.</summary>
/// <param name="Verdict">The verdict.</param>
public sealed record VerdictData(Verdict Verdict) : MapData;
