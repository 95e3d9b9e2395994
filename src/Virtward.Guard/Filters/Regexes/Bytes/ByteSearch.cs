namespace Virtward.Guard.Filters.Regexes.Bytes;

/// <summary>One search of one text: what its steps share.</summary>
/// <param name="text">The text, ASCII.</param>
/// <param name="groups">Three numbers a group: where it begins, where it ends, where it was last entered; -1: not yet.</param>
/// <param name="budget">How many branches may be tried.</param>
public ref struct ByteSearch(ReadOnlySpan<byte> text, Span<int> groups, int budget)
{
    /// <summary>So many steps within each other, the search is given up rather than the stack used up (some 150 bytes each).</summary>
    private const int Deepest = 4_000;

    private int _left = budget;
    private int _depth;

    /// <summary>The text.</summary>
    public readonly ReadOnlySpan<byte> Text { get; } = text;

    /// <summary>The groups.</summary>
    public readonly Span<int> Groups { get; } = groups;

    /// <summary>Where the last match ended.</summary>
    public int End { get; set; }

    /// <summary>Whether the search was given up: its outcome means nothing.</summary>
    public readonly bool GaveUp => _left < 0;

    /// <summary>Takes from the budget before branches are tried; false: none is left, and the search is given up.</summary>
    public bool Spend(int steps)
    {
        _left = steps > _left ? -1 : _left - steps;
        return _left >= 0;
    }

    /// <summary>Enters a further round of a loop over groups; false: the search is given up.</summary>
    /// <param name="size">How many steps the round has.</param>
    public bool Enter(int size)
    {
        _depth += size;
        return Spend(_depth < Deepest ? 1 : int.MaxValue);
    }

    /// <summary>Leaves the round.</summary>
    public void Leave(int size) => _depth -= size;
}
