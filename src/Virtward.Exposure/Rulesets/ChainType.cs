namespace Virtward.Exposure.Rulesets;

/// <summary>What a base chain is for.</summary>
public enum ChainType
{
    /// <summary>Filtering; sees every packet.</summary>
    Filter,

    /// <summary>Address translation; sees only the first packet of each tracked flow.</summary>
    Nat,

    /// <summary>Like filter at output, and a changed packet is routed again.</summary>
    Route,
}
