using Virtward.Exposure.PacketSets;

namespace Virtward.Exposure.Evaluation;

/// <summary>One rule being run on the packets of one state: those that it still applies to, and those that it does not.</summary>
internal struct RuleRun(PacketState state, int matched, List<PacketState> next, List<PacketState> returned)
{
    private readonly PacketState _original = state;
    private bool _changed;
    private int _taken = BddManager.False;

    /// <summary>The packets that the rule still applies to, as they are now.</summary>
    public PacketState State { get; private set; } = state;

    /// <summary>Which packets those are.</summary>
    public int Condition { get; private set; } = matched;

    /// <summary>Where packets go that meet the next rule.</summary>
    public readonly List<PacketState> Next => next;

    /// <summary>Where packets go that are done with the chain.</summary>
    public readonly List<PacketState> Returned => returned;

    /// <summary>A condition holds for these packets only: the rule is over for the others.</summary>
    public void Narrow(BddManager manager, int set)
    {
        int left = manager.And(Condition, set);
        if (_changed && left != Condition)
        {
            next.Add(State.With(manager.Minus(Condition, set)));
        }

        Condition = left;
    }

    /// <summary>The packets are changed from here on.</summary>
    public PacketState Change(BddManager manager)
    {
        if (!_changed)
        {
            _taken = manager.Or(_taken, Condition);
            _changed = true;
            State = State.With(Condition);
        }

        return State;
    }

    /// <summary>Some of the packets leave the rule; null: none do.</summary>
    public PacketState? Take(BddManager manager, int set)
    {
        int part = manager.And(Condition, set);
        if (part == BddManager.False)
        {
            return null;
        }

        if (!_changed)
        {
            _taken = manager.Or(_taken, part);
        }

        Condition = manager.Minus(Condition, part);
        return State.With(part);
    }

    /// <summary>All packets leave the rule.</summary>
    public PacketState TakeAll(BddManager manager)
    {
        PacketState all = Take(manager, BddManager.True)!;
        return all;
    }

    /// <summary>The rule is over: those that it did not take meet the next one.</summary>
    public readonly void End(BddManager manager)
    {
        if (_changed && Condition != BddManager.False)
        {
            next.Add(State.With(Condition));
        }

        if (_taken == BddManager.False)
        {
            next.Add(_original);
        }
        else if (_taken != _original.Condition)
        {
            int rest = manager.Minus(_original.Condition, _taken);
            if (rest != BddManager.False)
            {
                next.Add(_original.With(rest));
            }
        }
    }
}
