using System.Collections.Immutable;

namespace Virtward.Exposure.Rulesets.Expressions;

/// <summary>Several values side by side, compared field by field: <c>ip saddr . tcp dport</c>.</summary>
/// <param name="Parts">The fields.</param>
public sealed record ConcatExpression(ImmutableArray<Expression> Parts) : Expression;
