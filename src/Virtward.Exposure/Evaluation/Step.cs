using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Evaluation;

/// <summary>One statement of a rule, with what it refers to.</summary>
internal class Step(Statement statement)
{
    /// <summary>The statement.</summary>
    public Statement Statement { get; } = statement;

    /// <summary>The chain that a verdict leads to; null: none, or there is none of that name.</summary>
    public CompiledChain? Target { get; set; }
}
