namespace Virtward.Exposure.Rulesets.Expressions;

/// <summary>What a map yields for a key; a key that is in no element makes the rule not match.</summary>
/// <param name="Key">The key.</param>
/// <param name="Map">The map: a <see cref="SetExpression"/> with data, or a <see cref="SetReferenceExpression"/>.</param>
public sealed record MapExpression(Expression Key, Expression Map) : Expression;
