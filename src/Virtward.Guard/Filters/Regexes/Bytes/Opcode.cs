namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>What one <see cref="Instruction"/> does.</summary>
public enum Opcode : byte
{
    /// <summary>The end of a program: whatever reached it matches.</summary>
    Accept,

    /// <summary>A text that stands there as it is.</summary>
    Literal,

    /// <summary>One character of a set.</summary>
    Set,

    /// <summary>As many characters of a set as there are: what follows can begin nowhere else.</summary>
    LongestRun,

    /// <summary>Characters of a set, more tried before fewer.</summary>
    GreedyRun,

    /// <summary>Characters of a set, fewer tried before more.</summary>
    LazyRun,

    /// <summary>Two ways on, the first tried before the other.</summary>
    Split,

    /// <summary>A group begins.</summary>
    Begin,

    /// <summary>A group ends.</summary>
    End,

    /// <summary>A place between characters.</summary>
    Anchor,

    /// <summary>What must, or must not, stand after a place or before it; it takes nothing.</summary>
    Look,

    /// <summary>A group begins, with three numbers of one to three digits, a point after each: an IPv4 address mostly.</summary>
    Dotted,

    /// <summary>What must, or must not, stand anywhere ahead: a text.</summary>
    TextAhead,

    /// <summary>One of two ways on, by whether a group took part in the match so far.</summary>
    Condition,

    /// <summary>The text of a group once more.</summary>
    SameAs,
}
