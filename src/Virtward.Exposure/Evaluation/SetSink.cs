using Virtward.Exposure.Answers;
using Virtward.Exposure.PacketSets;

namespace Virtward.Exposure.Evaluation;

/// <summary>Gathers which packets arrive, which are refused, and where to.</summary>
internal sealed class SetSink(Room room) : ISink
{
    private readonly SortedSet<string> _arrivals = new(StringComparer.Ordinal);
    private IReadOnlyCollection<string> _counted = [];
    private bool _straight;
    private bool _handed;
    private uint[]? _takers;

    /// <summary>The packets that arrive.</summary>
    public int Arrived { get; private set; } = BddManager.False;

    /// <summary>The packets whose sender is told that they do not.</summary>
    public int Rejected { get; private set; } = BddManager.False;

    /// <summary>Where packets arrive.</summary>
    public IReadOnlyCollection<string> Arrivals => _arrivals;

    /// <summary>Starts anew.</summary>
    /// <param name="question">Which arrivals count.</param>
    public void Clear(Question question)
    {
        _counted = question.Arriving;
        _straight = question.Straight;
        _handed = question.Handed;
        _takers = question.Takers.IsEmpty ? null : [.. question.Takers.Select(room.Sockets.NumberOf).Where(static number => number > 0)];
        Arrived = BddManager.False;
        Rejected = BddManager.False;
        _arrivals.Clear();
    }

    /// <inheritdoc/>
    public void Arrive(PacketState state, string where)
    {
        if (_counted.Count > 0 && !_counted.Contains(where))
        {
            return;
        }

        int here = _straight ? room.Manager.Minus(state.Condition, Translated(state)) : state.Condition;
        here = _takers is { } takers && where == Tracer.Host ? room.Manager.And(here, Taken(state, takers)) : here;
        if (here == BddManager.False)
        {
            return;
        }

        Arrived = room.Manager.Or(Arrived, here);
        _arrivals.Add(where);
    }

    private int Taken(PacketState state, uint[] takers) => takers.Aggregate(
        _handed ? BddManager.False : room.Sets.Equal(state[Slot.Socket], 0), (some, number) => room.Manager.Or(some, room.Sets.Equal(state[Slot.Socket], number)));

    private int Translated(PacketState state) => new ValueSets(room.Manager).AnyBit(state[Slot.FlowStatus], Translator.DestinationChanged);

    /// <inheritdoc/>
    public void Drop(PacketState state, Decision? why, string? with = null)
    {
    }

    /// <inheritdoc/>
    public void Reject(PacketState state, Decision? why, string with) => Rejected = room.Manager.Or(Rejected, state.Condition);

    /// <inheritdoc/>
    public void Expire(PacketState state, Decision? why)
    {
    }

    /// <inheritdoc/>
    public void Unproven(PacketState state, string reason) =>
        Arrived = room.Manager.Or(Arrived, room.Manager.And(state.Condition, room.Unknown(reason)));
}
