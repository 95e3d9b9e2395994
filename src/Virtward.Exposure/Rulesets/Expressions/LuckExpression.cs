namespace Virtward.Exposure.Rulesets.Expressions;

/// <summary>1 or 0 by time, number or luck, or by what came before: the same for all who ask the same.</summary>
/// <param name="What">What decides, in words: <c>the day of the month</c>.</param>
public sealed record LuckExpression(string What) : Expression;
