namespace Virtward.Hardening.Checks;

/// <summary>What a host is for, and so how strictly it is judged.</summary>
public enum Profile
{
    /// <summary>Nothing but the VPN answers the Internet.</summary>
    Isolated,

    /// <summary>The services that the policy declares answer the Internet too.</summary>
    Edge,

    /// <summary>A host to try things on: what guards others from it counts, comfort may stay.</summary>
    Lab,
}
