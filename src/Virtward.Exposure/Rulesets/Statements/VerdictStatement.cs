namespace Virtward.Exposure.Rulesets.Statements;

/// <summary>A verdict: the end of the rule.</summary>
/// <param name="Verdict">Which. Queue: <paramref name="QueueBypass"/> tells what happens without a listener.</param>
/// <param name="QueueBypass">For queue: accepted where no program listens, else dropped.</param>
public sealed record VerdictStatement(Verdict Verdict, bool QueueBypass = false) : Statement;
