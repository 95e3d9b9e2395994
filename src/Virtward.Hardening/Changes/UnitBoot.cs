namespace Virtward.Hardening.Changes;

/// <summary>What systemd does with a unit at boot.</summary>
public enum UnitBoot
{
    /// <summary>It is started.</summary>
    Enabled,

    /// <summary>It is not started by itself.</summary>
    Disabled,

    /// <summary>Nothing can start it.</summary>
    Masked,
}
