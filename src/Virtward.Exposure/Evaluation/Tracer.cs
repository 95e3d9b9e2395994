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
    private const int MaxAnswers = 4;
    private const int Icmp = 1;
    private const int Icmp6 = 58;

    private readonly TracerOptions _options;
    private readonly Room _room;
    private readonly Life _life;
    private readonly TraceSink _sink;
    private readonly Machine _machine;
    private readonly PacketMaker _maker;
    private readonly HostVoice _voice;
    private readonly Dictionary<UInt128, int> _redirects = [];
    private readonly HashSet<UInt128> _turned = [];

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
        _voice = new HostVoice(_room, _options.ListeningTcp.ToHashSet());
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
            _life.Tick();
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

    // What the packet leaves behind: what the host says to it, and to that, where it is refused in its turn.
    private void Settle(int depth = 0)
    {
        (PacketState State, string Where)[] arrivals = [.. _sink.Arrivals];
        (PacketState State, string? With)[] refusals = [.. _sink.Refusals];
        foreach (PacketState passed in _sink.Redirected.ToArray())
        {
            if (!passed.V6)
            {
                // ip_rt_send_redirect: the first to a sender at once, the next ones after a while, and that does not pass here.
                Say(_turned.Add(passed[Slot.SourceAddress].Number) ? _voice.Error(passed, (5, 1)) : null, depth, passed.In);
                continue;
            }

            // One to each destination, and one to each sender, as long as their tokens last.
            if (Spend(passed[Slot.DestinationAddress].Number) && _voice.Redirect(passed) is { } redirect && Spend(passed[Slot.SourceAddress].Number))
            {
                Say(redirect, depth);
            }
        }

        foreach ((PacketState refused, string? with) in refusals)
        {
            if (depth > 0 && refused is { Own: true, In: null, Protocol: Icmp or Icmp6 } && !HostVoice.IsRedirect6(refused))
            {
                // What the host says by ICMP is refused while it is being sent: its socket is busy (icmp_xmit_lock), and nothing more is said. Redirects of IPv6 have
                // a socket of their own (ndisc_send_skb).
                continue;
            }

            if (with == "tcp-reset")
            {
                PacketState? reset = _voice.ResetFor(refused);
                if (reset is not null)
                {
                    // nf_ct_set_closing: only where a reset is sent.
                    Life.Close(refused);
                }

                Say(reset, depth);
            }
            else
            {
                Say(_voice.Error(refused, refused.Refusal), depth, refused.In);
            }
        }

        foreach ((PacketState arrived, string where) in arrivals)
        {
            if (where == Host)
            {
                Say(_voice.Answer(arrived), depth, arrived.In);
            }
        }
    }

    // inet_peer_xrlim_allow, without time.
    private bool Spend(UInt128 peer)
    {
        int spent = _redirects.GetValueOrDefault(peer);
        _redirects[peer] = spent + 1;
        return spent < _options.Redirects;
    }

    // To a neighbour's link-local address it goes by the device that he was heard at (tcp_v6_send_response, icmp6_send).
    private void Say(PacketState? what, int depth, NetworkInterface? device = null)
    {
        if (what is not null && depth < MaxAnswers)
        {
            what.Out = device;
            Begin(false);
            _machine.Path.Send(what);
            Settle(depth + 1);
        }
    }
}
