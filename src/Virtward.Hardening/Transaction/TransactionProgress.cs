using Virtward.Hardening.Changes;

namespace Virtward.Hardening.Transaction;

/// <summary>What a transaction has just begun to do.</summary>
/// <param name="Done">Steps that are behind it.</param>
/// <param name="Total">Steps in all.</param>
/// <param name="Change">The change that it is at.</param>
public readonly record struct TransactionProgress(int Done, int Total, Change Change);
