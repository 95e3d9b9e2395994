namespace Virtward.Exposure.PacketSets;

/// <summary>
/// Counts the intervals and the share of a set of sources without making them: one look at each node, and what two sets have in common is looked at once.
/// </summary>
/// <param name="manager">The room of the sets.</param>
internal sealed class RangeCounter(BddManager manager)
{
    private const int PageBits = 11;
    private const int PageSize = 1 << PageBits;

    // By set, of a node as a function of its own variable and those below it; in pages, as sets that are counted lie close to each other. A set that is
    // not empty has at least one interval: none means that it was not counted yet.
    private Tally[]?[] _known = [];

    /// <summary>How many intervals of addresses the set is.</summary>
    /// <param name="set">A set that hangs on nothing but source bits.</param>
    public long Ranges(int set) => At(set, 0).Ranges;

    /// <summary>Which share of all addresses it holds, 0 to 1.</summary>
    public double Share(int set) => At(set, 0).Share;

    // A variable that a set does not ask for means that both halves are alike.
    private Tally At(int set, int depth)
    {
        Tally tally = Of(set);
        if (set <= BddManager.False || set == BddManager.True)
        {
            return tally;
        }

        for (int level = manager.VariableOf(set); level > depth; level--)
        {
            tally = Tally.Join(tally, tally);
        }

        return tally;
    }

    private Tally Of(int set)
    {
        if (set == BddManager.True)
        {
            return new Tally(1, true, true, 1);
        }

        if (set == BddManager.False)
        {
            return default;
        }

        Tally known = Page(set)[set & (PageSize - 1)];
        if (known.Ranges == 0)
        {
            int below = manager.VariableOf(set) + 1;
            known = Tally.Join(At(manager.LowOf(set), below), At(manager.HighOf(set), below));
            Page(set)[set & (PageSize - 1)] = known;
        }

        return known;
    }

    private Tally[] Page(int set)
    {
        int page = set >> PageBits;
        if (page >= _known.Length)
        {
            Array.Resize(ref _known, Math.Max(page + 1, 2 * _known.Length));
        }

        return _known[page] ??= new Tally[PageSize];
    }

    /// <summary>What is counted of a set.</summary>
    /// <param name="Ranges">Its intervals.</param>
    /// <param name="First">Whether it holds the lowest address.</param>
    /// <param name="Last">Whether it holds the highest.</param>
    /// <param name="Share">Its share of all addresses.</param>
    private readonly record struct Tally(long Ranges, bool First, bool Last, double Share)
    {
        /// <summary>A lower and an upper half as one.</summary>
        public static Tally Join(Tally low, Tally high) =>
            new(low.Ranges + high.Ranges - (low.Last && high.First ? 1 : 0), low.First, high.Last, (low.Share + high.Share) / 2);
    }
}
