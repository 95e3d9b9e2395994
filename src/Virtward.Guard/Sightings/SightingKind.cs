namespace Virtward.Guard.Sightings;

/// <summary>What a matched line says about the address.</summary>
public enum SightingKind
{
    /// <summary>An attempt that failed: it counts towards a ban.</summary>
    Failure,

    /// <summary>A login that succeeded: never counts, and vouches for the address during a siege.</summary>
    Success,

    /// <summary>Understood and harmless: told by test-filter, counted nowhere.</summary>
    Ignored,
}
