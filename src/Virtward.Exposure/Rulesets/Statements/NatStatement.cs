using Virtward.Exposure.Rulesets.Expressions;

namespace Virtward.Exposure.Rulesets.Statements;

/// <summary>Translates the flow, and accepts. The first one that a flow's first packet meets binds it.</summary>
/// <param name="Kind">What it changes.</param>
/// <param name="Family">The family of the address where it is named (<c>dnat ip to</c>); null where it follows from table or address.</param>
/// <param name="Address">The new address: a number, a range to draw from, a map's value (with the port as a second field where the map's data is a
/// concatenation); null: unchanged, or the interface's.</param>
/// <param name="Port">The new port, or a range; null: unchanged.</param>
/// <param name="Prefix">A netmap: the address's own lower bits are kept (<c>dnat prefix to</c>).</param>
/// <param name="Flags">As printed: <c>random</c>, <c>fully-random</c>, <c>persistent</c>.</param>
public sealed record NatStatement(NatKind Kind, Family? Family, Expression? Address, Expression? Port, bool Prefix = false, string Flags = "") : Statement;
