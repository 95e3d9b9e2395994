namespace Virtward.Hardening.Transaction;

/// <summary>What a line of a transaction's journal tells.</summary>
public enum JournalKind
{
    /// <summary>It was begun, and by whom.</summary>
    Begun,

    /// <summary>A step is about to be set; what was is in the line.</summary>
    Setting,

    /// <summary>The step was set; what is now is in the line.</summary>
    Set,

    /// <summary>A change that may be left out could not be made, and was taken back by itself; why is in the line.</summary>
    LeftOut,

    /// <summary>Everything is set, and waits for its confirmation.</summary>
    Waiting,

    /// <summary>It was confirmed, and what makes it last is about to be set.</summary>
    Confirming,

    /// <summary>It lasts.</summary>
    Confirmed,

    /// <summary>It is being taken back, and why.</summary>
    Reverting,

    /// <summary>A step was restored that cannot be looked at again later: the next step back removes the program that it takes.</summary>
    Restored,

    /// <summary>A step could not be restored, and why.</summary>
    NotRestored,

    /// <summary>All is as it was before.</summary>
    Reverted,
}
