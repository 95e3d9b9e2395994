namespace Virtward.Exposure.Rulesets.Statements;

/// <summary>Sends a copy elsewhere (<c>dup</c>); the packet itself goes on.</summary>
/// <param name="Text">As printed.</param>
public sealed record DuplicateStatement(string Text) : Statement;
