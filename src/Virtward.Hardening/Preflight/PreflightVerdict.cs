using System.Collections.Immutable;

namespace Virtward.Hardening.Preflight;

/// <summary>Nobody is locked out: why.</summary>
/// <param name="Ways">The ways in that stay or become open.</param>
/// <param name="Credential">By what somebody who may become root logs in, a clause; null: nothing of that changes.</param>
public sealed record PreflightVerdict(ImmutableArray<WayIn> Ways, string? Credential);
