namespace Virtward.Hardening.Checks;

/// <summary>How a check came out.</summary>
public enum Status
{
    /// <summary>It holds, and that was seen.</summary>
    Pass,

    /// <summary>It does not hold: there are findings.</summary>
    Fail,

    /// <summary>It could not be seen whether it holds; never counted as a pass.</summary>
    Unknown,

    /// <summary>It has no meaning on this host.</summary>
    NotApplicable,
}
