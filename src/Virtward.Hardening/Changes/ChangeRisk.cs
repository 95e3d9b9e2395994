namespace Virtward.Hardening.Changes;

/// <summary>What a change could break, the worst of it.</summary>
public enum ChangeRisk
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A service of the host may behave otherwise.</summary>
    Service,

    /// <summary>Guests may lose connections.</summary>
    Guests,

    /// <summary>An administrator may lose the way in: the pre-flight looks at it, and a timer takes it back.</summary>
    LockOut,
}
