namespace Virtward.Control;

/// <summary>A siege that is on.</summary>
/// <param name="Since">When it began, RFC 3339.</param>
/// <param name="Reason">What left its normal range.</param>
public sealed record SiegeDocument(string Since, string Reason);
