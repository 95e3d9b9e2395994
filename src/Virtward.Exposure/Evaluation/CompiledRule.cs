using Virtward.Exposure.Rulesets;

namespace Virtward.Exposure.Evaluation;

/// <summary>A rule, ready to run.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Steps">Its statements.</param>
/// <param name="Leading">How many of them, from the first, are plain conditions.</param>
internal sealed record CompiledRule(Rule Rule, Step[] Steps, int Leading);
