using System.Collections.Immutable;
using Virtward.Hardening.Inventory;

namespace Virtward.Hardening.Checks;

/// <summary>
/// One rule about the host: data for people, and a pure function from the facts to an outcome. A fact that is missing makes it unknown,
/// never a pass.
/// </summary>
public sealed record Check
{
    /// <summary>Its id, which never changes: <c>SSH-01</c>.</summary>
    public required string Id { get; init; }

    /// <summary>How bad it is when it fails.</summary>
    public required Severity Severity { get; init; }

    /// <summary>What must hold, a clause: "no password opens an SSH session".</summary>
    public required string Title { get; init; }

    /// <summary>Why that matters on a hypervisor: whole sentences.</summary>
    public required string Why { get; init; }

    /// <summary>Where other catalogues say the same: <c>CIS RHEL 9 v2.0.0 5.1.20</c>. Only what was looked up.</summary>
    public ImmutableArray<string> References { get; init; } = [];

    /// <summary>The judgement.</summary>
    public required Func<AuditFacts, Outcome> Judge { get; init; }

    /// <summary>The area that it belongs to: what stands before the number.</summary>
    public string Area => Id[..Id.IndexOf('-', StringComparison.Ordinal)];
}
