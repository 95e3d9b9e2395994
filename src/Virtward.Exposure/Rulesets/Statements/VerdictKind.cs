namespace Virtward.Exposure.Rulesets.Statements;

/// <summary>What becomes of a packet or of its way through the chains.</summary>
public enum VerdictKind
{
    /// <summary>Passes this base chain (only this one).</summary>
    Accept,

    /// <summary>Is gone.</summary>
    Drop,

    /// <summary>Goes on with the next rule.</summary>
    Continue,

    /// <summary>Goes back to the calling chain; in a base chain, to its policy.</summary>
    Return,

    /// <summary>Goes to another chain, and comes back.</summary>
    Jump,

    /// <summary>Goes to another chain, and does not come back.</summary>
    Goto,

    /// <summary>Is handed to a program, which decides: unknown.</summary>
    Queue,
}
