namespace Virtward.Exposure.Answers;

/// <summary>How a set of sources lies in another, without its elements.</summary>
/// <param name="Inside">How many intervals of the whole are in the set.</param>
/// <param name="Outside">How many are not.</param>
/// <param name="InsideShare">The share of all addresses of the family that is in both.</param>
/// <param name="OutsideShare">The share that is in the whole and not in the set.</param>
public readonly record struct SourceShape(long Inside, long Outside, double InsideShare, double OutsideShare);
