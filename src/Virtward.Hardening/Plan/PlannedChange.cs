using System.Collections.Immutable;
using Virtward.Hardening.Changes;

namespace Virtward.Hardening.Plan;

/// <summary>A change with those of its steps that are not yet as they should be.</summary>
/// <param name="Change">The change.</param>
/// <param name="Steps">What is set at once.</param>
/// <param name="Lasting">What is set on confirmation.</param>
public sealed record PlannedChange(Change Change, ImmutableArray<PlannedStep> Steps, ImmutableArray<PlannedStep> Lasting);
