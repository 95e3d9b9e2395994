namespace Virtward.Exposure.Rulesets.Statements;

/// <summary>One step of a rule: a condition, an effect or a verdict.</summary>
public abstract record Statement;
