namespace Virtward.Exposure.Rulesets.Statements;

/// <summary>Matches while at most, or only when more than, so many connections are open.</summary>
/// <param name="Over">Matches when there are more, else while there are not.</param>
/// <param name="Count">How many.</param>
public sealed record ConnectionCountStatement(bool Over, uint Count) : Statement;
