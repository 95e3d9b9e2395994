using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.PacketSets;

namespace Virtward.Exposure.Evaluation;

/// <summary>Keeps where one packet ends; where something is not known, in several ways.</summary>
internal sealed class TraceSink(Room room) : ISink
{
    private readonly List<(PacketState State, string Where)> _arrivals = [];
    private readonly List<(PacketState State, Decision? Why, string? With, bool Told)> _ends = [];
    private readonly List<PacketState> _redirected = [];
    private int _arrived = BddManager.False;
    private int _told = BddManager.False;

    /// <summary>The ways on which it arrives.</summary>
    public IReadOnlyList<(PacketState State, string Where)> Arrivals => _arrivals;

    /// <summary>The ways on which its sender is told no.</summary>
    public IEnumerable<(PacketState State, string? With)> Refusals =>
        _ends.Where(static end => end.Told).Select(static end => (end.State, end.With));

    /// <summary>Packets whose sender may be told of a shorter way.</summary>
    public IReadOnlyList<PacketState> Redirected => _redirected;

    /// <summary>Starts anew.</summary>
    public void Clear()
    {
        _arrivals.Clear();
        _ends.Clear();
        _redirected.Clear();
        _arrived = BddManager.False;
        _told = BddManager.False;
    }

    /// <inheritdoc/>
    public void Arrive(PacketState state, string where)
    {
        _arrivals.Add((state, where));
        _arrived = room.Manager.Or(_arrived, state.Condition);
    }

    /// <inheritdoc/>
    public void Drop(PacketState state, Decision? why, string? with = null) =>
        _ends.Add((state, why, with ?? (state.Own && state.In is null ? "EPERM" : null), false));

    /// <inheritdoc/>
    public void Reject(PacketState state, Decision? why, string with)
    {
        // No error is sent about an error (RFC 1122, 3.2.2), and no reset to a reset (nf_reject_ip_tcphdr_get).
        bool told = with == "icmp" ? !IsError(state) : !(state[Slot.TcpFlags] is { IsNumber: true } flags && TcpTracking.IsReset((int)(uint)flags.Number));
        _ends.Add((state, why, with, told));
        _told = told ? room.Manager.Or(_told, state.Condition) : _told;
    }

    /// <inheritdoc/>
    public void Expire(PacketState state, Decision? why) => Reject(state, why, "icmp");

    /// <inheritdoc/>
    public void Redirect(PacketState state)
    {
        if (state.V6 || !IsError(state))
        {
            _redirected.Add(state.With(state.Condition));
        }
    }

    /// <inheritdoc/>
    public void Unproven(PacketState state, string reason)
    {
        PacketState part = state.With(room.Manager.And(state.Condition, room.Unknown(reason)));
        Arrive(part, "host");
    }

    /// <summary>What became of the packet.</summary>
    public Trace Read()
    {
        const KindSet all = KindSet.Free | KindSet.Luck | KindSet.Unknown;
        BddManager manager = room.Manager;
        Outcome verdict = manager.ForAll(_arrived, all) == BddManager.True ? (IsUnknownWhere() ? Outcome.Unproven : Outcome.Accept)
            : _arrived == BddManager.False ? (_told != BddManager.False ? Outcome.Reject : Outcome.Drop)
            : manager.ForAll(manager.Exists(_arrived, KindSet.Luck), all) == BddManager.True ? Outcome.Limited : Outcome.Unproven;
        var trace = new Trace(verdict) { DependsOn = [.. room.Notes] };
        if (_arrivals.Count > 0)
        {
            (PacketState state, string where) = _arrivals[0];
            return trace with
            {
                To = where,
                Source = Address(state, Slot.SourceAddress),
                Destination = Address(state, Slot.DestinationAddress),
                SourcePort = state.HasPorts ? (int)state[Slot.SourcePort].Number : 0,
                DestinationPort = state.HasPorts ? (int)state[Slot.DestinationPort].Number : 0,
                Why = [.. state.Why.Reverse()],
            };
        }

        foreach ((PacketState state, Decision? why, string? with, bool told) in _ends)
        {
            if (told == (verdict == Outcome.Reject))
            {
                return trace with { With = with, Why = [.. (why is null ? state.Why : state.Why.Push(why)).Reverse()] };
            }
        }

        return trace;
    }

    // It arrives, and what nobody knows decides whether at the host or beyond it.
    private bool IsUnknownWhere()
    {
        int here = _arrivals.Where(static arrival => arrival.Where == Tracer.Host).Aggregate(BddManager.False, (some, arrival) => room.Manager.Or(some, arrival.State.Condition));
        return here != BddManager.False && _arrivals.Exists(static arrival => arrival.Where != Tracer.Host)
            && room.Manager.ForAll(room.Manager.Exists(here, KindSet.Free | KindSet.Luck), KindSet.Unknown) != BddManager.True;
    }

    // icmp_pointers: whatever IPv4 has no use for is taken for an error, router discovery with it, and what is beyond NR_ICMP_TYPES (__icmp_send).
    private static bool IsError(PacketState state) => state[Slot.IcmpType] is { IsNumber: true } type
        && (state.Protocol == 58 ? state.V6 && type.Number < 128
            : state is { Protocol: 1, V6: false } && (int)(uint)type.Number is (>= 1 and <= 7) or (>= 9 and <= 12) or > 18);

    private static Address? Address(PacketState state, Slot slot) => state[slot] is not { IsNumber: true } value ? null
        : state.V6 ? Core.Net.Address.FromValue(value.Number) : Core.Net.Address.FromV4((uint)value.Number);
}
