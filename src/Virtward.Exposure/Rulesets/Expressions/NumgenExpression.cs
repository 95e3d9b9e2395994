namespace Virtward.Exposure.Rulesets.Expressions;

/// <summary>A number that goes up by one a packet, or is drawn: <c>numgen inc mod 2</c>. Whether it matches is luck.</summary>
/// <param name="Random">Drawn, else counted.</param>
/// <param name="Modulus">How many values there are.</param>
/// <param name="Offset">The lowest of them.</param>
public sealed record NumgenExpression(bool Random, uint Modulus, uint Offset) : Expression;
