namespace Virtward.Exposure.Evaluation;

/// <summary>One thing that happens at a hook: a base chain, or something that the kernel does itself.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Priority">Its place in the order.</param>
/// <param name="Chain">The chain, where it is one.</param>
internal sealed record PlanStep(PlanKind Kind, int Priority, CompiledChain? Chain);
