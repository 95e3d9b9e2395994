using System.Collections.Immutable;

namespace Virtward.Core.Policy;

/// <summary>What the host should be: <c>/etc/virtward/policy.yaml</c>, bound and checked. Immutable.</summary>
public sealed record HostPolicy
{
    /// <summary>Where it was read from, for messages; "built-in" for the default.</summary>
    public required string Origin { get; init; }

    /// <summary>The zones, by name.</summary>
    public ImmutableArray<ZonePolicy> Zones { get; init; } = [];

    /// <summary>What may be reached, and by whom.</summary>
    public ImmutableArray<ServicePolicy> Services { get; init; } = [];

    /// <summary>What the guard does.</summary>
    public required GuardPolicy Guard { get; init; }

    /// <summary>How the host is judged.</summary>
    public AuditPolicy Audit { get; init; } = new();
}
