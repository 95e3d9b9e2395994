namespace Virtward.Exposure.Rulesets.Expressions;

/// <summary>A hash of fields (<c>jhash ip saddr mod 4 seed …</c>): the same packet always gets the same, which nobody can foresee.</summary>
/// <param name="Text">As printed: equal texts give equal values for a packet.</param>
/// <param name="Modulus">How many values there are.</param>
/// <param name="Offset">The lowest of them.</param>
public sealed record HashExpression(string Text, uint Modulus, uint Offset) : Expression;
