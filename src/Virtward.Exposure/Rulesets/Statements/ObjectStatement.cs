using Virtward.Exposure.Rulesets.Expressions;

namespace Virtward.Exposure.Rulesets.Statements;

/// <summary>Uses a named limit or quota of the table: matches or not, as that does.</summary>
/// <param name="Name">The object; null where a map picks it.</param>
/// <param name="Key">The map's key where one picks it.</param>
/// <param name="Map">The map.</param>
public sealed record ObjectStatement(string? Name, Expression? Key = null, Expression? Map = null) : Statement;
