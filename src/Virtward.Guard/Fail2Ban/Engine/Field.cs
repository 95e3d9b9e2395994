namespace Virtward.Guard.Fail2Ban.Engine;

/// <summary>The groups of an expression that mean something; all others only help to match.</summary>
public enum Field
{
    /// <summary>An IPv4 address (<c>ip4</c>).</summary>
    V4,

    /// <summary>An IPv6 address (<c>ip6</c>).</summary>
    V6,

    /// <summary>A host name (<c>dns</c>).</summary>
    Name,

    /// <summary>An own identifier (<c>fid</c>, from F-ID).</summary>
    Id,

    /// <summary>The account (<c>user</c>).</summary>
    User,

    /// <summary>What the lines of one connection share (<c>mlfid</c>).</summary>
    Connection,

    /// <summary>The line ends the connection (<c>mlfforget</c>).</summary>
    Forget,

    /// <summary>The line tells of a login that succeeded (<c>mlfgained</c>).</summary>
    Gained,

    /// <summary>The line is no failure (<c>nofail</c>).</summary>
    Harmless,
}
