using Virtward.Exposure.Rulesets.Expressions;

namespace Virtward.Exposure.Rulesets.Statements;

/// <summary>Sends the frame out by another device at once (<c>fwd to "eth1"</c>, netdev): it does not go on here.</summary>
/// <param name="Device">The device's index.</param>
/// <param name="Text">As printed.</param>
public sealed record ForwardStatement(Expression Device, string Text) : Statement;
