using Virtward.Exposure.Rulesets.Expressions;

namespace Virtward.Exposure.Evaluation;

/// <summary>The type or code of ICMP or ICMPv6 in a rule whose family is settled already (<see cref="BareIcmp"/>).</summary>
/// <param name="Protocol">The protocol's number.</param>
/// <param name="Slot">Where the value stands.</param>
internal sealed record BareIcmpExpression(int Protocol, Slot Slot) : Expression;
