using Virtward.Exposure.PacketSets;

namespace Virtward.Exposure.Evaluation;

/// <summary>
/// The sources that the first so many rules of a chain drop which ask for nothing but the source: the same for every question, whatever stands between those rules, and so
/// worked out once.
/// </summary>
/// <param name="chain">The chain.</param>
internal sealed class SourceDrops(CompiledChain chain)
{
    private const int MaxKnown = 4096;

    private readonly int[] _places =
        [.. Enumerable.Range(0, chain.Rules.Length).Where(at => chain.Rules[at] is { OnlyDrops: true, IsOfSource: true })];

    // By the bits of the source address: how many rules, which sources.
    private readonly Dictionary<int[], List<int>> _dropped = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(int Packets, int Dropped), int> _left = [];

    /// <summary>The packets whose source a rule before a place drops.</summary>
    public int Before(int place, PacketState state, Matcher matcher, BddManager manager)
    {
        int count = Array.BinarySearch(_places, place);
        count = count < 0 ? ~count : count;
        int[] bits = state[Slot.SourceAddress].Bits!;
        if (!_dropped.TryGetValue(bits, out List<int>? known))
        {
            _dropped[bits] = known = [BddManager.False];
        }

        for (int rule = known.Count - 1; rule < count; rule++)
        {
            int matched = BddManager.True;
            CompiledRule drop = chain.Rules[_places[rule]];
            for (int at = 0; at < drop.Leading && matched != BddManager.False; at++)
            {
                matched = manager.And(matched, matcher.Match((MatchStep)drop.Steps[at], state, chain));
            }

            known.Add(manager.Or(known[rule], matched));
        }

        return known[count];
    }

    /// <summary>What is left of packets without those.</summary>
    public int Left(int packets, int dropped, BddManager manager)
    {
        if (!_left.TryGetValue((packets, dropped), out int left))
        {
            if (_left.Count >= MaxKnown)
            {
                _left.Clear();
            }

            _left[(packets, dropped)] = left = manager.Minus(packets, dropped);
        }

        return left;
    }
}
