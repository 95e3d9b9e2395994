namespace Virtward.Exposure.Rulesets.Statements;

/// <summary>Answers a TCP handshake in the server's place; the handshake's packets end here, proven connections go on.</summary>
/// <param name="Text">As printed.</param>
public sealed record SynproxyStatement(string Text) : Statement;
