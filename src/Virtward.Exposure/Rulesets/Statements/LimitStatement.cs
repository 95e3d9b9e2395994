namespace Virtward.Exposure.Rulesets.Statements;

/// <summary>Matches so many packets or bytes a time, or only those above that.</summary>
/// <param name="Over">Matches what exceeds the rate, else what does not.</param>
/// <param name="Rate">How many.</param>
/// <param name="UnitSeconds">In how many seconds.</param>
/// <param name="Burst">How many at once.</param>
/// <param name="Bytes">Counts bytes, else packets.</param>
/// <param name="Text">As printed: <c>6/minute burst 5 packets</c>.</param>
public sealed record LimitStatement(bool Over, ulong Rate, long UnitSeconds, ulong Burst, bool Bytes, string Text) : Statement;
