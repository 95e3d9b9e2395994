namespace Virtward.Exposure.PacketSets;

/// <summary>An evaluation took more room or more steps than it may; caught where the evaluation began, which then proves nothing.</summary>
internal sealed class BudgetExceededException(string what) : Exception(what);
