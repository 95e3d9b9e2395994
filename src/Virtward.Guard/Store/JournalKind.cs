namespace Virtward.Guard.Store;

/// <summary>What an entry of the guard's journal tells of. The numbers are stored: never renumber.</summary>
public enum JournalKind
{
    /// <summary>Anything a person should know: a start, a lost log, a full disk.</summary>
    Note = 1,

    /// <summary>A ban that the never-ban list forbade.</summary>
    Spared = 2,

    /// <summary>A siege began.</summary>
    SiegeBegan = 3,

    /// <summary>A siege ended.</summary>
    SiegeEnded = 4,
}
