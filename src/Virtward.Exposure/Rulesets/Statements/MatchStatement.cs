using Virtward.Exposure.Rulesets.Expressions;

namespace Virtward.Exposure.Rulesets.Statements;

/// <summary>A condition. Where a packet lacks a field of it the rule does not match, whatever the operator.</summary>
/// <param name="Left">What is looked at.</param>
/// <param name="Operator">How it is compared.</param>
/// <param name="Right">What with: a number, a range, a set, a set's name; or another expression.</param>
public sealed record MatchStatement(Expression Left, MatchOperator Operator, Expression Right) : Statement;
