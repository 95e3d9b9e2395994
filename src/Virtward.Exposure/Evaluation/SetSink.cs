using Virtward.Exposure.Answers;
using Virtward.Exposure.PacketSets;

namespace Virtward.Exposure.Evaluation;

/// <summary>Gathers which packets arrive, which are refused, and where to.</summary>
internal sealed class SetSink(Room room) : ISink
{
    private readonly SortedSet<string> _arrivals = new(StringComparer.Ordinal);

    /// <summary>The packets that arrive.</summary>
    public int Arrived { get; private set; } = BddManager.False;

    /// <summary>The packets whose sender is told that they do not.</summary>
    public int Rejected { get; private set; } = BddManager.False;

    /// <summary>Where packets arrive.</summary>
    public IReadOnlyCollection<string> Arrivals => _arrivals;

    /// <summary>Starts anew.</summary>
    public void Clear()
    {
        Arrived = BddManager.False;
        Rejected = BddManager.False;
        _arrivals.Clear();
    }

    /// <inheritdoc/>
    public void Arrive(PacketState state, string where)
    {
        Arrived = room.Manager.Or(Arrived, state.Condition);
        _arrivals.Add(where);
    }

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
