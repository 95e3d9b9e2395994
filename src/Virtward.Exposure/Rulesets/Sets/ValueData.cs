using System.Collections.Immutable;

namespace Virtward.Exposure.Rulesets.Sets;

/// <summary>A value, or several where the data is a concatenation such as address and port; intervals where one is drawn from a range.</summary>
/// <param name="Parts">The fields.</param>
public sealed record ValueData(ImmutableArray<ValueRange> Parts) : MapData;
