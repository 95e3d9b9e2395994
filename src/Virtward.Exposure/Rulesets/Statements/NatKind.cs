namespace Virtward.Exposure.Rulesets.Statements;

/// <summary>What address translation changes.</summary>
public enum NatKind
{
    /// <summary>The destination.</summary>
    Destination,

    /// <summary>The destination, to this host: the address of the interface it came in by (127.0.0.1 or ::1 at output).</summary>
    Redirect,

    /// <summary>The source.</summary>
    Source,

    /// <summary>The source, to the address of the interface it leaves by.</summary>
    Masquerade,
}
