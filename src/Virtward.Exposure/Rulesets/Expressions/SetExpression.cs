using Virtward.Exposure.Rulesets.Sets;

namespace Virtward.Exposure.Rulesets.Expressions;

/// <summary>A set or map written out in the rule: <c>{ 22, 80 }</c>.</summary>
/// <param name="Contents">Its elements.</param>
public sealed record SetExpression(SetContents Contents) : Expression;
