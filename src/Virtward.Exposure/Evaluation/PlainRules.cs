using Virtward.Exposure.PacketSets;

namespace Virtward.Exposure.Evaluation;

/// <summary>
/// Plain rules of a chain that packets have met and that are not laid upon them yet. A set of sources with 100,000 holes is copied on the way to each address that a rule
/// takes out; what the rules say is small, and is joined first. Verdicts come out the same: of two rules the first one that matches decides.
/// </summary>
/// <param name="chain">The chain.</param>
/// <param name="state">The packets that enter it.</param>
/// <param name="manager">The room of the sets.</param>
/// <param name="matcher">Looks conditions up.</param>
internal sealed class PlainRules(CompiledChain chain, PacketState state, BddManager manager, Matcher matcher)
{
    private readonly int[]? _bits = state[Slot.SourceAddress].Bits;
    private int _next;
    private int _taken = BddManager.False;
    private int _accepted = BddManager.False;

    /// <summary>Whether there are rules that have to be laid upon the packets before anything else happens to them.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Takes a rule in; false: it is none of these, and has to be run.</summary>
    public bool Take(CompiledRule rule, int place, PacketState packets)
    {
        if (!(rule.OnlyDrops || rule.OnlyAccepts) || !rule.IsPlain || _bits is null || !ReferenceEquals(packets[Slot.SourceAddress].Bits, _bits) || packets.Overlay.Count > 0)
        {
            return false;
        }

        if (rule.OnlyAccepts || !rule.IsOfSource)
        {
            int matched = Matched(rule, packets);
            if (matched == BddManager.True)
            {
                return false;
            }

            if (rule.OnlyAccepts)
            {
                int earlier = manager.Or(chain.SourceDrops.Before(place, packets, matcher, manager), _taken);
                _accepted = manager.Or(_accepted, manager.Minus(matched, earlier));
            }

            _taken = manager.Or(_taken, matched);
        }

        _next = place + 1;
        IsOpen = true;
        return true;
    }

    /// <summary>Lays the rules upon the packets.</summary>
    /// <param name="packets">The packets.</param>
    /// <param name="accepted">Gets those that were accepted.</param>
    /// <returns>Those that go on; null: none.</returns>
    public PacketState? Settle(PacketState packets, List<PacketState> accepted)
    {
        int passed = manager.And(packets.Condition, _accepted);
        if (passed != BddManager.False)
        {
            accepted.Add(packets.With(passed));
        }

        // What all questions have in common first.
        int left = chain.SourceDrops.Left(packets.Condition, chain.SourceDrops.Before(_next, packets, matcher, manager), manager);
        left = manager.Minus(left, _taken);
        (_taken, _accepted, IsOpen) = (BddManager.False, BddManager.False, false);
        return left == packets.Condition ? packets : left == BddManager.False ? null : packets.With(left);
    }

    private int Matched(CompiledRule rule, PacketState packets)
    {
        int matched = BddManager.True;
        for (int at = 0; at < rule.Leading && matched != BddManager.False; at++)
        {
            var step = (MatchStep)rule.Steps[at];
            int quick = matcher.Quick(step, packets);
            matched = quick == Matcher.Later ? manager.And(matched, matcher.Match(step, packets, chain)) : quick == BddManager.True ? matched : BddManager.False;
        }

        return matched;
    }
}
