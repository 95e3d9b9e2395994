using Virtward.Exposure.Rulesets.Expressions;

namespace Virtward.Exposure.Rulesets.Statements;

/// <summary>A verdict by key: <c>tcp dport vmap { 22 : accept }</c>. A key that is in no element goes on with the rule.</summary>
/// <param name="Key">The key.</param>
/// <param name="Map">A <see cref="SetExpression"/> with verdicts, or a <see cref="SetReferenceExpression"/>.</param>
public sealed record VerdictMapStatement(Expression Key, Expression Map) : Statement;
