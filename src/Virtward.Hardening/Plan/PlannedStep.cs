using Virtward.Hardening.Changes;
using Virtward.Hardening.Machine;

namespace Virtward.Hardening.Plan;

/// <summary>A step with the state that it was planned from.</summary>
/// <param name="Step">What is to be.</param>
/// <param name="Before">What is.</param>
public sealed record PlannedStep(Step Step, StepState Before);
