namespace Virtward.Exposure.Rulesets.Expressions;

/// <summary>Two values combined bit by bit.</summary>
/// <param name="Operator">How.</param>
/// <param name="Left">The first.</param>
/// <param name="Right">The second.</param>
public sealed record BinaryExpression(BinaryOperator Operator, Expression Left, Expression Right) : Expression;
