namespace Virtward.Exposure.Rulesets.Statements;

/// <summary>Keeps the packet out of connection tracking, and so out of address translation.</summary>
public sealed record NotrackStatement : Statement;
