namespace Virtward.Exposure.Rulesets.Statements;

/// <summary>A statement that the reader could not interpret.</summary>
/// <param name="Text">As printed.</param>
/// <param name="MayDecide">It may also end the rule with a verdict of its own (an unknown target), else it only matches or not.</param>
public sealed record OpaqueStatement(string Text, bool MayDecide) : Statement;
