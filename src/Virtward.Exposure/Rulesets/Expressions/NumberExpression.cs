namespace Virtward.Exposure.Rulesets.Expressions;

/// <summary>A constant: an address, port, mark, interface name (as <see cref="Sets.InterfaceName"/> packs it), flag word.</summary>
/// <param name="Value">Its value.</param>
public sealed record NumberExpression(UInt128 Value) : Expression;
