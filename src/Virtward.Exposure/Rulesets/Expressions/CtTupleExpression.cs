using Virtward.Exposure.Packets;

namespace Virtward.Exposure.Rulesets.Expressions;

/// <summary>An address or port of the flow's tuple as the first packet, or its reply, was before and after translation: <c>ct original ip daddr</c>.</summary>
/// <param name="Original">The tuple of the first packet's direction; else the reply's.</param>
/// <param name="Field">Which: <see cref="PacketField.IpSaddr"/>, <see cref="PacketField.IpDaddr"/>, their IPv6 twins, <see cref="PacketField.ThSport"/>,
/// <see cref="PacketField.ThDport"/>, <see cref="PacketField.MetaL4Proto"/> or <see cref="PacketField.MetaProtocol"/>.</param>
public sealed record CtTupleExpression(bool Original, PacketField Field) : Expression;
