namespace Virtward.Exposure.Rulesets.Sets;

/// <summary>What a map's element yields.</summary>
public abstract record MapData;
