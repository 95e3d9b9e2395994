using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Evaluation;

/// <summary>A rule, ready to run.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Steps">Its statements.</param>
/// <param name="Leading">How many of them, from the first, are plain conditions.</param>
internal sealed record CompiledRule(Rule Rule, Step[] Steps, int Leading)
{
    /// <summary>Whether it drops what its conditions hold for, and does nothing else.</summary>
    public bool OnlyDrops { get; } = Leading == Steps.Length - 1 && Steps[^1].Statement is VerdictStatement { Verdict.Kind: VerdictKind.Drop };
}
