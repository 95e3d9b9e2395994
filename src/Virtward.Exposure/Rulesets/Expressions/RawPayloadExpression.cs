namespace Virtward.Exposure.Rulesets.Expressions;

/// <summary>Bits of the packet by place: <c>@th,64,32</c>.</summary>
/// <param name="Base">From where.</param>
/// <param name="Offset">How many bits after it.</param>
/// <param name="Length">How many bits, at most 128.</param>
public sealed record RawPayloadExpression(PayloadBase Base, int Offset, int Length) : Expression;
