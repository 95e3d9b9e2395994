namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>
/// An instruction as a search executes it: one cache line with all that it mostly needs. What follows it without a choice comes with
/// it: groups that begin or end at the place it leads to, a text that must stand there, and groups that begin or end after that.
/// </summary>
internal struct Step
{
    /// <summary>No table; no step.</summary>
    public const int None = -1;

    /// <summary>The characters of a set or run, by halves, as <see cref="NibbleSet"/> has them; the first eight characters of a text.</summary>
    public ulong Low;

    /// <summary>The second half of them; the first eight characters of the text that tells a split's ways apart.</summary>
    public ulong High;

    /// <summary>The first eight characters of the text that must follow.</summary>
    public ulong Tail;

    /// <summary>The fewest characters of a run; the length of a text; the group of a condition or reference; the mark; the anchor's kind.</summary>
    public int Least;

    /// <summary>The most characters of a run; how far before the place a look-around begins.</summary>
    public int Most;

    /// <summary>The groups that begin or end right after it: a byte each, the mark and one.</summary>
    public uint Marks;

    /// <summary>The groups that begin or end after the text that follows.</summary>
    public uint TailMarks;

    /// <summary>The step after it and its text.</summary>
    public int Next;

    /// <summary>The other way of a split or condition; what a look-around looks for; the one character at which a run stops.</summary>
    public int Other;

    /// <summary>Where its table begins among all tables of what is to be executed, by the kind of the next character.</summary>
    public int Leads;

    /// <summary>Which text must follow, by its instruction.</summary>
    public int TailText;

    /// <summary>What it does.</summary>
    public Opcode Code;

    /// <summary>How far eight characters are shifted so that those past a text, or past a split's text, are gone.</summary>
    public byte Shift;

    /// <summary>The same for the text that follows; meaningless where none does.</summary>
    public byte TailShift;

    /// <summary>What is special about it.</summary>
    public StepTraits Traits;

    /// <summary>How long the text that follows is; 0: none does.</summary>
    public ushort TailLength;
}
