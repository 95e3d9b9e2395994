namespace Virtward.Exposure.PacketSets;

/// <summary>Picks one packet of a set, as ordinary a one as there is.</summary>
internal sealed class Example(BddManager manager)
{
    // 192.0.2.10 looks like a host, 192.0.2.0 like a network.
    private const int UsualHost = 10;

    /// <summary>The variables of one packet of the set, which is not empty; those that do not matter are 0.</summary>
    /// <param name="set">The set.</param>
    /// <param name="sourceBits">How many variables the source address has in this family.</param>
    /// <param name="sources">Sets of sources, of which the first one counts that the packet's can be in.</param>
    /// <param name="wishes">Sets that the packet should be in too where it can: the first ones matter most.</param>
    public bool[] Pick(int set, int sourceBits, IEnumerable<int> sources, IEnumerable<int> wishes)
    {
        int[] all = [.. wishes];
        foreach (int wish in sources)
        {
            int both = manager.And(set, wish);
            if (both != BddManager.False)
            {
                set = both;
                break;
            }
        }

        foreach (int wish in all.Where(wish => !manager.HasOtherVariables(wish)))
        {
            set = Fulfil(set, wish);
        }

        // Then the source, as the lowest there is, but not a network's first address where it has others. What else is wished for lies below it, and with a source given the set is a small one:
        // laid upon all sources, such a wish would copy a set of hundreds of thousands of nodes.
        var example = new bool[manager.VariableCount];
        for (int bit = 0; bit < 8; bit++)
        {
            example[sourceBits - 1 - bit] = (UsualHost >> bit & 1) != 0;
        }

        while (set > BddManager.False && manager.VariableOf(set) < Variables.SourceBits)
        {
            set = Step(set, example);
        }

        foreach (int wish in all.Where(manager.HasOtherVariables))
        {
            set = Fulfil(set, wish);
        }

        while (set != BddManager.True)
        {
            set = Step(set, example);
        }

        return example;
    }

    private int Fulfil(int set, int wish)
    {
        int both = manager.And(set, wish);
        return both == BddManager.False ? set : both;
    }

    private int Step(int set, bool[] example)
    {
        int variable = manager.VariableOf(set);
        // Where both are possible, it stays as it is: 0, or the usual host's bit.
        example[variable] = example[variable] ? manager.HighOf(set) != BddManager.False : manager.LowOf(set) == BddManager.False;
        return example[variable] ? manager.HighOf(set) : manager.LowOf(set);
    }
}
