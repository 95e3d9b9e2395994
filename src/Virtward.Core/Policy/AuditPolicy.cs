using System.Collections.Immutable;

namespace Virtward.Core.Policy;

/// <summary>How the host is judged: <c>audit:</c>.</summary>
public sealed record AuditPolicy
{
    /// <summary>What the host is for: <c>isolated</c>, <c>edge</c> or <c>lab</c>.</summary>
    public string Profile { get; init; } = "isolated";

    /// <summary>Checks that may fail for a time.</summary>
    public ImmutableArray<WaiverPolicy> Waivers { get; init; } = [];
}
