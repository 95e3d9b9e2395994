using Virtward.Exposure.Rulesets.Sets;

namespace Virtward.Exposure.Rulesets.Expressions;

/// <summary>An interval of constants; also a prefix (<c>10.0.0.0/8</c>) and an interface name with <c>*</c>.</summary>
/// <param name="Range">The interval.</param>
public sealed record RangeExpression(ValueRange Range) : Expression;
