namespace Virtward.Exposure.Matrix;

/// <summary>How a reachable endpoint is to be seen, the worst last.</summary>
public enum Concern
{
    /// <summary>Nobody of the zone reaches it.</summary>
    Closed,

    /// <summary>As it should be.</summary>
    Fine,

    /// <summary>It may be meant so; look at it.</summary>
    Look,

    /// <summary>It should not be.</summary>
    Wrong,
}
