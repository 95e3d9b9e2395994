namespace Virtward.Core.Policy;

/// <summary>What a jail does with its verdicts.</summary>
public enum JailMode
{
    /// <summary>Bans are put into the kernel.</summary>
    Enforce,

    /// <summary>Bans are told and stored, never enforced.</summary>
    Simulate,
}
