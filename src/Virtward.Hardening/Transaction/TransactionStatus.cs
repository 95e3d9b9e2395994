namespace Virtward.Hardening.Transaction;

/// <summary>How far a transaction is.</summary>
public enum TransactionStatus
{
    /// <summary>Its steps are being set, or were when whoever did it died.</summary>
    Applying,

    /// <summary>It waits for its confirmation.</summary>
    Waiting,

    /// <summary>It was confirmed, and what makes it last is being set.</summary>
    Confirming,

    /// <summary>It lasts.</summary>
    Confirmed,

    /// <summary>It is being taken back.</summary>
    Reverting,

    /// <summary>It was taken back.</summary>
    Reverted,
}
