namespace Virtward.Hardening.Checks.Kernel;

/// <summary>What one kernel setting must be.</summary>
/// <param name="Key">The setting, as sysctl(8) writes it.</param>
/// <param name="Good">Whether a value will do.</param>
/// <param name="Wanted">The value to set.</param>
/// <param name="What">What is the matter where it will not do, a clause.</param>
internal sealed record SysctlRule(string Key, Func<int, bool> Good, int Wanted, string What)
{
    /// <summary>How bad it is; null: as bad as the check says.</summary>
    public Severity? Severity { get; init; }

    /// <summary>Whether kernels may be built without it, so that its absence is no fault.</summary>
    public bool Optional { get; init; }

    /// <summary>What setting it may break.</summary>
    public Risk Risk { get; init; }

    /// <summary>Must be exactly this.</summary>
    public static SysctlRule Exactly(string key, int wanted, string what) => new(key, value => value == wanted, wanted, what);
}
