namespace Virtward.Hardening.Checks;

/// <summary>How bad it is that a check fails, the worst last.</summary>
public enum Severity
{
    /// <summary>Good practice.</summary>
    Low,

    /// <summary>Makes an attack easier, or hides one.</summary>
    Medium,

    /// <summary>One more mistake, and the host or a guest is lost.</summary>
    High,

    /// <summary>The host can be taken from outside, or a guest from another.</summary>
    Critical,
}
