using System.Collections.Immutable;
using Virtward.Exposure.Rulesets.Expressions;

namespace Virtward.Exposure.Reading;

/// <summary>An expression and how constants that meet it are written, one shape for each field of a concatenation.</summary>
/// <param name="Value">The expression.</param>
/// <param name="Shapes">The shapes.</param>
internal sealed record TypedExpression(Expression Value, ImmutableArray<ValueShape> Shapes)
{
    /// <summary>An expression of one field.</summary>
    public TypedExpression(Expression value, ValueShape shape)
        : this(value, [shape])
    {
    }
}
