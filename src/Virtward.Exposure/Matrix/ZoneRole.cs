namespace Virtward.Exposure.Matrix;

/// <summary>Where a zone stands in the model of an isolated host.</summary>
public enum ZoneRole
{
    /// <summary>Outside: nobody is known there.</summary>
    Internet,

    /// <summary>The administrators' network.</summary>
    Management,

    /// <summary>The administrators' way in from outside.</summary>
    Vpn,

    /// <summary>The guests: not trusted.</summary>
    Guests,

    /// <summary>Containers: not trusted.</summary>
    Containers,

    /// <summary>The host itself.</summary>
    Host,

    /// <summary>One of the administrator's own zones.</summary>
    Other,
}
