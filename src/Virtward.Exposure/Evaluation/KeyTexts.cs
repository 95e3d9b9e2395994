using Virtward.Exposure.Rulesets.Expressions;

namespace Virtward.Exposure.Evaluation;

/// <summary>Expressions as text, so that equal ones can be told.</summary>
internal static class KeyTexts
{
    /// <summary>The text of an expression.</summary>
    public static string Of(Expression? expression) => expression switch
    {
        null => "",
        ConcatExpression concat => string.Join(" . ", concat.Parts.Select(Of)),
        FieldExpression field => field.Field.ToString(),
        BinaryExpression binary => $"({Of(binary.Left)} {binary.Operator} {Of(binary.Right)})",
        _ => expression.ToString(),
    };
}
