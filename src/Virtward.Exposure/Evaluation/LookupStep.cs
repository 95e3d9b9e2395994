using Virtward.Exposure.Rulesets.Statements;

namespace Virtward.Exposure.Evaluation;

/// <summary>A verdict map, a change of a set, or a map that picks an object.</summary>
internal sealed class LookupStep(Statement statement, SetIndex? set, string keyText) : Step(statement)
{
    /// <summary>The set or map; null: there is none of that name.</summary>
    public SetIndex? Set { get; } = set;

    /// <summary>The key as text.</summary>
    public string KeyText { get; } = keyText;

    /// <summary>The chains that a verdict map's verdicts lead to.</summary>
    public Dictionary<string, CompiledChain> Targets { get; } = new(StringComparer.Ordinal);

    /// <summary>What each element that the statement adds carries.</summary>
    public Step[] Statements { get; init; } = [];
}
