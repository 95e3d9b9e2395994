using Virtward.Exposure.Packets;

namespace Virtward.Exposure.Rulesets.Expressions;

/// <summary>A field of the packet or of what the kernel knows about it. A packet that has no such field makes the rule not match.</summary>
/// <param name="Field">The field.</param>
public sealed record FieldExpression(PacketField Field) : Expression;
