using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics;
using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Packets;
using Virtward.Host.Tests.Exposure.Truth.Frames;

namespace Virtward.Host.Tests.Exposure.Truth.Scene;

/// <summary>
/// Sends packets as real frames and tells what became of each. All are sent by one thread on one processor, whose queue of received frames
/// (net/core/dev.c, process_backlog) hands them on one after the other, in the order given. Sentinels that go through the same queue tell when the last has
/// passed: no clock is asked, so a busy machine changes nothing.
/// </summary>
internal sealed unsafe class Prober(TruthScene scene)
{
    private readonly Dictionary<uint, Flight> _flights = [];
    private readonly Dictionary<uint, Flight> _byAcknowledged = [];
    private readonly Dictionary<uint, Flight> _bySequence = [];
    private uint _nextId = 1;
    private int _sentinel;

    /// <summary>How many frames were sent in all.</summary>
    public long Sent { get; private set; }

    /// <summary>How many bytes the transport payload of each packet has beside what finds it again.</summary>
    public int Padding { get; set; }

    /// <summary>
    /// Waits after each frame, longer than a jiffy: what counts flows (nf_conncount.c) forgets those that came to nothing once a jiffy.
    /// </summary>
    public bool Slow { get; set; }

    /// <summary>Sends all probes in order and tells what became of each.</summary>
    public ImmutableArray<Observation> Run(IReadOnlyList<Packet> probes) => scene.Far.Run(() =>
    {
        ulong processors = 1;
        _ = Libc.SetAffinity(0, 8, &processors);
        _flights.Clear();
        _byAcknowledged.Clear();
        _bySequence.Clear();
        scene.Quiet.OpenUdp(
            probes.SelectMany(static probe => probe.Before.Append(probe)).Where(static packet => packet.Protocol == 17).Select(static packet => packet.DestinationPort));
        var flights = new List<Flight>[probes.Count];
        for (int i = 0; i < probes.Count; i++)
        {
            flights[i] = Send(i, probes[i]);
            if (i % Batch == Batch - 1)
            {
                Settle();
            }
        }

        Settle();

        return flights.Select(Judge).ToImmutableArray();
    });

    /// <summary>Frames on their way at once: fewer than the kernel's queue holds (net.core.netdev_max_backlog).</summary>
    private const int Batch = 32;

    /// <summary>How often a packet may be queued: by the host's device, by its loopback, by the far end; and the answer to it.</summary>
    private const int Queues = 6;

    /// <summary>More than a jiffy, in milliseconds.</summary>
    private const int Jiffies = 12;

    private const int Patience = 10_000;

    private List<Flight> Send(int number, Packet probe)
    {
        // The packets of one probe that belong to one TCP connection carry on its sequence numbers.
        var talk = new Talk(NextId(), NextId());
        byte[]? last = null;
        foreach (Packet before in probe.Before)
        {
            last = Send(new Flight(-1, 0, before), talk, last);
        }

        var flights = new List<Flight>();
        for (int k = 0; k < probe.Count; k++)
        {
            Packet packet = k == 0 ? probe : probe with { SourcePort = probe.SourcePort + k };
            var flight = new Flight(number, k, packet);
            flights.Add(flight);
            Send(flight, k == 0 ? talk : new Talk(NextId(), NextId()), last);
        }

        return flights;
    }

    private uint NextId() => _nextId++ & 0xffffff;

    private byte[] Send(Flight flight, Talk talk, byte[]? about)
    {
        uint id = NextId();
        _flights[id] = flight;
        Packet packet = flight.Packet;
        var wording = new Wording(id, 0, 0, about) { Padding = Padding };
        (uint sequence, uint acknowledged) = talk.Next(packet, PacketBytes.Payload(wording));
        if (packet.Protocol == PacketBytes.Tcp)
        {
            // What a RST to it says (RFC 9293 section 3.5.2): what it acknowledges, or, to a packet that acknowledges something itself, just that.
            if ((packet.TcpFlags & 16) != 0)
            {
                _bySequence[acknowledged] = flight;
            }
            else
            {
                _byAcknowledged[Talk.After(packet, sequence, PacketBytes.Payload(wording))] = flight;
            }
        }

        byte[] bytes = PacketBytes.Of(packet, wording with { Sequence = sequence, Acknowledged = acknowledged });
        Sent++;
        if (Slow)
        {
            Settle();
            Thread.Sleep(Jiffies);
        }

        if (packet.Iif == "host")
        {
            flight.Refused = !scene.Mouth.Send(packet.Source, packet.Destination, bytes);
            return bytes;
        }

        Link link = scene.Layout.Of(packet.Iif);
        int header = packet.Vlan is null ? 14 : 18;
        byte[] frame = new byte[header + bytes.Length];
        WriteMac(frame, packet.Bridged ? packet.DestinationMac ?? scene.Layout.NeighbourMac(link, packet.Destination) : Layout.HostMac(link));
        WriteMac(frame.AsSpan(6), packet.SourceMac ?? link.PeerMac);
        if (packet.Vlan is { } vlan)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), 0x8100);
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(14), (ushort)vlan);
        }

        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(header - 2), packet.Destination.IsV4 ? (ushort)0x0800 : (ushort)0x86dd);
        bytes.CopyTo(frame, header);
        scene.Wire.Send(scene.FarIndex(link), frame);
        return bytes;
    }

    private static void WriteMac(Span<byte> to, ulong mac)
    {
        BinaryPrimitives.WriteUInt16BigEndian(to, (ushort)(mac >> 32));
        BinaryPrimitives.WriteUInt32BigEndian(to[2..], (uint)mac);
    }

    /// <summary>Waits until all that is on its way has come out, and takes it in.</summary>
    private void Settle()
    {
        for (int round = 0; round < Queues; round++)
        {
            int number = ++_sentinel;
            scene.Wire.SendSentinel(scene.SentinelIndex, number);
            var watch = Stopwatch.StartNew();
            while (scene.Wire.LastSentinel != number)
            {
                if (scene.Wire.Hear(HeardOutside) == 0)
                {
                    Libc.PollDescriptor wire = new() { Descriptor = scene.Wire.Descriptor, Events = 1 };
                    _ = Libc.Poll(&wire, 1, 100);
                    if (watch.ElapsedMilliseconds > Patience)
                    {
                        throw new TimeoutException("a sentinel does not come back: frames got lost");
                    }
                }
            }

            scene.Ear.Hear(HeardAtHost);
        }
    }

    private void HeardAtHost(Seen seen)
    {
        if (Find(seen) is not { } flight)
        {
            return;
        }

        if (IsAnswer(seen, flight.Packet))
        {
            // To a packet that the host itself made.
            Tell(flight, seen);
        }
        else
        {
            flight.Arrivals.Add(("host", seen.Source, seen.Destination, seen.SourcePort, seen.DestinationPort));
        }
    }

    private void HeardOutside(int index, Seen seen)
    {
        if (scene.ByFarIndex(index) is not { } link || Find(seen) is not { } flight)
        {
            return;
        }

        if (IsAnswer(seen, flight.Packet))
        {
            Tell(flight, seen);
        }
        else
        {
            flight.Arrivals.Add((link.Device, seen.Source, seen.Destination, seen.SourcePort, seen.DestinationPort));
        }
    }

    private Flight? Find(Seen seen)
    {
        if (seen.Id is { } id)
        {
            return _flights.GetValueOrDefault(id);
        }

        // A RST has no payload.
        return seen.Protocol != PacketBytes.Tcp ? null
            : (seen.TcpFlags & 16) != 0 ? _byAcknowledged.GetValueOrDefault(seen.Acknowledged) : _bySequence.GetValueOrDefault(seen.Sequence);
    }

    /// <summary>Whether what was seen is somebody's answer to a packet, and not the packet itself.</summary>
    private static bool IsAnswer(Seen seen, Packet packet) => seen.Protocol switch
    {
        PacketBytes.Tcp => (seen.TcpFlags & 4) != 0 && seen.Id is null,
        PacketBytes.Icmp or PacketBytes.Icmp6 => packet.Protocol != seen.Protocol || seen.IcmpType != PacketBytes.IcmpType(packet),
        _ => false,
    };

    /// <summary>A redirect (ICMP 5, ICMPv6 137) refuses nothing, and an error about what the host has said of a packet does not, either.</summary>
    private static void Tell(Flight flight, Seen seen)
    {
        bool other = seen.Quoted is { } quoted
            && (quoted.Protocol != flight.Packet.Protocol || (quoted.IcmpType >= 0 && quoted.IcmpType != PacketBytes.IcmpType(flight.Packet)));
        if (!other && seen is not ({ Protocol: PacketBytes.Icmp, IcmpType: 5 } or { Protocol: PacketBytes.Icmp6, IcmpType: 137 }))
        {
            flight.Told ??= Telling(seen);
        }
    }

    private static string Telling(Seen seen) =>
        seen.Protocol == PacketBytes.Tcp ? "tcp-reset" : $"{(seen.Protocol == PacketBytes.Icmp ? "icmp" : "icmpv6")} {seen.IcmpType}.{seen.IcmpCode}";

    private static Observation Judge(List<Flight> flights)
    {
        ImmutableArray<int> accepted = [.. flights.Where(static flight => flight.Arrivals.Count > 0).Select(static flight => flight.Index)];
        Flight shown = flights.FirstOrDefault(static flight => flight.Arrivals.Count > 0) ?? flights[0];
        bool told = flights.Exists(static flight => flight.Told is not null);
        var observed = new Observation
        {
            Sent = flights.Count,
            AcceptedIndex = accepted,
            With = accepted.IsEmpty ? flights.Find(static flight => flight.Told is not null)?.Told : null,
            Verdict = accepted.Length == flights.Count ? Outcome.Accept
                : !accepted.IsEmpty ? Outcome.Limited
                : told ? Outcome.Reject : Outcome.Drop,
        };
        if (shown.Arrivals.Count == 0)
        {
            return observed;
        }

        (string where, Address source, Address destination, int sourcePort, int destinationPort) = shown.Arrivals[0];
        return observed with
        {
            To = where,
            Everywhere = [.. shown.Arrivals.Select(static arrival => arrival.Where).Distinct().Order(StringComparer.Ordinal)],
            Source = source,
            Destination = destination,
            SourcePort = sourcePort,
            DestinationPort = destinationPort,
        };
    }
}
