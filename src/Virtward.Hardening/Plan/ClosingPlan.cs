using System.Collections.Immutable;

namespace Virtward.Hardening.Plan;

/// <summary>What has to be changed for a host to be what its policy says, pinned to the state that it was made from.</summary>
/// <param name="Made">When.</param>
/// <param name="Host">The host's name.</param>
/// <param name="Policy">Where the policy was read from.</param>
/// <param name="PolicyDigest">A digest of the policy's text: a plan of another policy is no longer what the administrator wants.</param>
/// <param name="Changes">What is not yet as it should be, in the order in which it is done.</param>
public sealed record ClosingPlan(DateTimeOffset Made, string Host, string Policy, string PolicyDigest, ImmutableArray<PlannedChange> Changes)
{
    /// <summary>The version of the format.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The version of the format that it is written in.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>What is left to the administrator, and why, a sentence each.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsEmpty => Changes.IsEmpty;
}
