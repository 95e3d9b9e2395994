namespace Virtward.Exposure.Rulesets.Statements;

/// <summary>Matches until, or after, so many bytes have passed.</summary>
/// <param name="Over">Matches after, else until.</param>
/// <param name="Bytes">How many.</param>
/// <param name="Used">How many have passed already.</param>
public sealed record QuotaStatement(bool Over, ulong Bytes, ulong Used) : Statement;
