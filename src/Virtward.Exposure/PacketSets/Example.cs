namespace Virtward.Exposure.PacketSets;

/// <summary>Picks one packet of a set, as ordinary a one as there is.</summary>
internal sealed class Example(BddManager manager)
{
    /// <summary>The variables of one packet of the set, which is not empty; those that do not matter are 0.</summary>
    /// <param name="set">The set.</param>
    /// <param name="wishes">Sets that the packet should be in too where it can: the first ones matter most.</param>
    public bool[] Pick(int set, IEnumerable<int> wishes)
    {
        foreach (int wish in wishes)
        {
            int both = manager.And(set, wish);
            set = both == BddManager.False ? set : both;
        }

        var example = new bool[manager.VariableCount];
        while (set != BddManager.True)
        {
            int variable = manager.VariableOf(set);
            example[variable] = manager.LowOf(set) == BddManager.False;
            set = example[variable] ? manager.HighOf(set) : manager.LowOf(set);
        }

        return example;
    }
}
