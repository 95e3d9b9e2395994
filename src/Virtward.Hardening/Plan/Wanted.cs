using System.Collections.Immutable;
using Virtward.Hardening.Changes;

namespace Virtward.Hardening.Plan;

/// <summary>What a policy wants of a host.</summary>
/// <param name="Changes">All changes, those that are made already, too.</param>
/// <param name="Notes">What is left to the administrator, and why.</param>
public sealed record Wanted(ImmutableArray<Change> Changes, ImmutableArray<string> Notes);
