namespace Virtward.Core.Policy;

/// <summary>How the host is watched for differences from the policy: <c>drift:</c>.</summary>
public sealed record DriftPolicy
{
    /// <summary>How often a plan is made to see whether there is anything to do.</summary>
    public DriftRhythm Every { get; init; } = DriftRhythm.Daily;
}
