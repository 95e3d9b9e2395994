namespace Virtward.Exposure.Answers;

/// <summary>What becomes of packets, the most open first.</summary>
public enum Outcome
{
    /// <summary>They arrive.</summary>
    Accept,

    /// <summary>They arrive or not by time, number or luck: a limit, a count, a set that packets fill.</summary>
    Limited,

    /// <summary>It hangs on a rule that could not be interpreted.</summary>
    Unproven,

    /// <summary>They do not arrive, and their sender is told.</summary>
    Reject,

    /// <summary>They do not arrive.</summary>
    Drop,
}
