namespace Virtward.Exposure.Rulesets.Sets;

/// <summary>The name of a stateful object (counter, limit, quota, helper), in an object map.</summary>
/// <param name="Name">The object's name.</param>
public sealed record ObjectData(string Name) : MapData;
