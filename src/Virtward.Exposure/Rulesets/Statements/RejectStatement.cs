namespace Virtward.Exposure.Rulesets.Statements;

/// <summary>Drops the packet and tells its sender.</summary>
/// <param name="With">How, as printed: <c>tcp reset</c>, <c>icmpx admin-prohibited</c>; empty for the default. <c>tcp reset</c> matches TCP only.</param>
public sealed record RejectStatement(string With) : Statement;
