namespace Virtward.Exposure.Rulesets.Expressions;

/// <summary>Something that the reader could not interpret: its value is unknown, but the same for equal texts and packets.</summary>
/// <param name="Text">As printed.</param>
public sealed record OpaqueExpression(string Text) : Expression;
