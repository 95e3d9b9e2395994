using Virtward.Exposure.Rulesets.Expressions;

namespace Virtward.Exposure.Rulesets.Statements;

/// <summary>Changes a field: <c>meta mark set 1</c>, <c>ct mark set meta mark</c>, <c>ip dscp set cs1</c>.</summary>
/// <param name="Target">A <see cref="FieldExpression"/>, <see cref="RawPayloadExpression"/> or <see cref="HeaderExpression"/>.</param>
/// <param name="Value">Its new value.</param>
public sealed record AssignStatement(Expression Target, Expression Value) : Statement;
