using Virtward.Exposure.Rulesets.Expressions;

namespace Virtward.Exposure.Evaluation;

/// <summary><c>icmp type</c> or <c>icmp code</c> in a rule that is about IPv6 already (<see cref="BareIcmp"/>).</summary>
/// <param name="Slot">Where the value stands.</param>
internal sealed record BareIcmpExpression(Slot Slot) : Expression;
