namespace Virtward.Exposure.Rulesets.Statements;

/// <summary>Something that changes neither match nor verdict: counter, log, comment, nftrace, flow offload, last, secmark, ct helper, ct timeout.</summary>
/// <param name="Text">As printed.</param>
public sealed record PassStatement(string Text) : Statement;
