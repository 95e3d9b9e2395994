using Virtward.Hardening.Checks;

namespace Virtward.Hardening.Audit;

/// <summary>A listening service in the report's own table: what it is, who reaches it, what to do.</summary>
/// <param name="Name">The service: <c>ssh</c>.</param>
/// <param name="Port">Its port as text: <c>tcp 22</c>.</param>
/// <param name="Bound">Where it is bound, in words: "every address", <c>127.0.0.1</c>.</param>
/// <param name="Owner">The program or guest that holds it.</param>
/// <param name="Risk">What somebody who reaches it can do: a sentence.</param>
/// <param name="Level">How bad its reach is; null: as it should be.</param>
/// <param name="Reach">Who reaches it, by zone, in words.</param>
/// <param name="Advice">What to do: a sentence; empty: nothing.</param>
public sealed record ServiceLine(string Name, string Port, string Bound, string Owner, string Risk, Severity? Level, string Reach, string Advice);
