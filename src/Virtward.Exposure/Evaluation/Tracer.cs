using System.Collections.Immutable;
using Virtward.Exposure.Answers;
using Virtward.Exposure.PacketSets;
using Virtward.Exposure.Packets;
using Virtward.Exposure.Rulesets;
using Virtward.Exposure.Topology;

namespace Virtward.Exposure.Evaluation;

/// <summary>
/// What becomes of single packets, one after the other in one life of the host: flows, limits, counters and sets that packets fill carry over from packet
/// to packet, beginning with the rules as listed. Time stands still. Not for two threads at once.
/// </summary>
public sealed class Tracer
{
    /// <summary>The entry that stands for the host's own packets.</summary>
    public const string Host = "host";

    private const int MaxCount = 100_000;
    private const int Syn = 2;
    private const int Reset = 4;
    private const int Acknowledge = 16;
    private const int SynAck = Syn | Acknowledge;
    private const int ResetAck = Reset | Acknowledge;

    private readonly TracerOptions _options;
    private readonly Room _room;
    private readonly Life _life;
    private readonly TraceSink _sink;
    private readonly Machine _machine;
    private readonly PacketMaker _maker;

    /// <summary>A life of a host.</summary>
    /// <param name="ruleset">All its rules.</param>
    /// <param name="network">Its network.</param>
    /// <param name="options">What else matters; null: nothing listens.</param>
    public Tracer(Ruleset ruleset, HostNetwork network, TracerOptions? options = null)
    {
        _options = options ?? new TracerOptions();
        _room = new Room(new CompiledRuleset(ruleset), network, true, _options.Limits.Nodes);
        _life = new Life(_room);
        _sink = new TraceSink(_room);
        _machine = new Machine(_room, _life, _sink);
        _maker = new PacketMaker(_room);
    }

    /// <summary>Sends a packet, after those before it, and tells what became of it.</summary>
    public Trace Trace(Packet packet)
    {
        foreach (Packet before in packet.Before)
        {
            _ = Trace(before);
        }

        if (packet.Count <= 1)
        {
            return TraceOne(packet);
        }

        Trace? first = null;
        Trace? refused = null;
        Trace last = new(Outcome.Drop);
        var accepted = ImmutableArray.CreateBuilder<int>();
        int count = Math.Min(packet.Count, MaxCount);
        bool unproven = false;
        var depends = new SortedSet<string>(StringComparer.Ordinal);
        for (int index = 0; index < count; index++)
        {
            last = TraceOne(packet with { SourcePort = (packet.SourcePort + index) & 0xffff });
            depends.UnionWith(last.DependsOn);
            unproven |= last.Verdict == Outcome.Unproven;
            if (last.Verdict is Outcome.Accept or Outcome.Limited)
            {
                first ??= last;
                accepted.Add(index);
            }
            else if (last.Verdict == Outcome.Reject)
            {
                refused ??= last;
            }
        }

        Trace shown = first ?? refused ?? last;
        return shown with
        {
            Verdict = unproven ? Outcome.Unproven : accepted.Count == count ? shown.Verdict : accepted.Count > 0 ? Outcome.Limited : shown.Verdict,
            AcceptedIndex = accepted.DrainToImmutable(),
            DependsOn = [.. depends],
        };
    }

    private Trace TraceOne(Packet packet)
    {
        NetworkInterface? device = packet.Iif == Host ? null : _room.Network.Find(packet.Iif);
        if (device is null && packet.Iif != Host)
        {
            return new Trace(Outcome.Unproven) { DependsOn = [$"there is no interface {packet.Iif}"] };
        }

        if (packet.Source.IsV4 != packet.Destination.IsV4)
        {
            return new Trace(Outcome.Unproven) { DependsOn = ["source and destination are of different families"] };
        }

        try
        {
            Begin(true);
            PacketState state = _maker.Make(packet, device);
            if (device is null)
            {
                _machine.Path.Send(state);
            }
            else
            {
                _machine.Path.Enter(state, device);
            }

            Trace trace = _sink.Read();
            Settle();
            return trace;
        }
        catch (BudgetExceededException exceeded)
        {
            return new Trace(Outcome.Unproven) { DependsOn = [exceeded.Message] };
        }
    }

    private void Begin(bool recording)
    {
        _sink.Clear();
        _room.ClearNotes();
        _room.Recording = recording;
        _room.StepsLeft = _options.Limits.Steps;
    }

    // What the packet leaves behind: its flow, and the host's answer.
    private void Settle()
    {
        (PacketState State, string Where)[] arrivals = [.. _sink.Arrivals];
        foreach ((PacketState refused, string? with) in _sink.Refusals.ToArray())
        {
            if (with != "tcp-reset")
            {
                continue;
            }

            Life.Close(refused);
            if (refused.Tracking is Tracking.Invalid or Tracking.Untracked)
            {
                // It carries no flow, so the reset is looked up for itself (nf_send_reset, nf_ct_attach): it may end a flow that it was not meant for.
                Begin(false);
                _machine.Path.Send(PacketMaker.Answer(refused, ResetTo(refused), 0));
            }
        }

        foreach ((PacketState arrived, string where) in arrivals)
        {
            if (where == Host && AnswerTo(arrived) is { } answer)
            {
                Begin(false);
                _machine.Path.Send(answer);
            }
        }
    }

    // RFC 9293 section 3.5.2: to what acknowledges, a bare reset.
    private static int ResetTo(PacketState state) => ((int)(uint)state[Slot.TcpFlags].Number & Acknowledge) != 0 ? Reset : ResetAck;

    private PacketState? AnswerTo(PacketState state)
    {
        // A reset is not sent from an address that stands for several hosts (tcp_v6_send_reset). TCP asks nobody whether a packet is of a flow.
        if ((state.Protocol != 6 && (state.Connection is null || state.Reply)) || state.Route is { Type: not RouteType.Local }
            || !state[Slot.DestinationPort].IsNumber)
        {
            return null;
        }

        int flags = (int)(uint)state[Slot.TcpFlags].Number;
        bool listens = _options.ListeningTcp.Contains((int)(uint)state[Slot.DestinationPort].Number);
        return (state.Protocol, (int)(uint)state[Slot.IcmpType].Number) switch
        {
            (6, _) when TcpTracking.IsReset(flags) => null,
            (6, _) when listens => state.Tracking == Tracking.New && (flags & SynAck) == Syn ? PacketMaker.Answer(state, SynAck, 0) : null,

            (6, _) => PacketMaker.Answer(state, ResetTo(state), 0),
            (1, 8) => PacketMaker.Answer(state, 0, 0),
            (58, 128) => PacketMaker.Answer(state, 0, 129),
            _ => null,
        };
    }
}
