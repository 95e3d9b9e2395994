namespace Virtward.Hardening.Checks;

/// <summary>What a remedy may break while it mends.</summary>
[Flags]
public enum Risk
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The administrator may be locked out: keep a second way in open.</summary>
    Lockout = 1,

    /// <summary>A service may stop working.</summary>
    Service = 2,

    /// <summary>Guests may lose their network, or must be restarted.</summary>
    Guests = 4,

    /// <summary>It costs speed.</summary>
    Performance = 8,
}
