namespace Virtward.Hardening.Changes;

/// <summary>How a unit notices.</summary>
public enum UnitEffectKind
{
    /// <summary>Reads its configuration again.</summary>
    Reload,

    /// <summary>Starts anew.</summary>
    Restart,
}
