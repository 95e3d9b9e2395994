namespace Virtward.Core.Policy;

/// <summary>One prefix length that may be banned as a whole, and the density that it takes.</summary>
/// <param name="Length">The prefix length.</param>
/// <param name="Threshold">How many distinct attackers inside it within the window.</param>
public readonly record struct PrefixLevel(int Length, int Threshold);
