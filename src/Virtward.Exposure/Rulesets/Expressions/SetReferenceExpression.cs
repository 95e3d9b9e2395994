namespace Virtward.Exposure.Rulesets.Expressions;

/// <summary>A named set or map of the same table: <c>@banned</c>.</summary>
/// <param name="Name">Its name, without the <c>@</c>.</param>
public sealed record SetReferenceExpression(string Name) : Expression;
