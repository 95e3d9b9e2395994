namespace Virtward.Exposure.Probing;

/// <summary>What an exposure says of a port, for the machine that probes it.</summary>
public enum Expected
{
    /// <summary>Nothing was said.</summary>
    Unknown,

    /// <summary>It is reached.</summary>
    Open,

    /// <summary>It is not.</summary>
    Closed,

    /// <summary>It may be: by time or luck, or unproven.</summary>
    Either,
}
