namespace Virtward.Exposure.Rulesets.Expressions;

/// <summary>A look-up in the routing tables: <c>fib saddr . iif oif</c>.</summary>
/// <param name="Key">What with.</param>
/// <param name="Result">What it yields.</param>
public sealed record FibExpression(FibKey Key, FibResult Result) : Expression;
