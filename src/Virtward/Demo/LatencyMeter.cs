using System.Collections.Concurrent;
using System.Diagnostics;
using Virtward.Core.Net;
using Virtward.Linux.Namespaces;

namespace Virtward.Demo;

/// <summary>
/// Measures from outside how long the guard takes: while an attacker tries its passwords, its address also sends numbered packets.
/// The clock starts when the line that makes its ban due is in the log, and stops when the first packet was sent that no longer
/// came through.
/// </summary>
public sealed class LatencyMeter : IDisposable
{
    /// <summary>The port of the packets: discard (RFC 863).</summary>
    private const ushort Port = 9;

    /// <summary>So many packets in a row that did not come through are a closed door, not a late reader.</summary>
    private const int ClosedAfter = 60;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<Address, (int Failures, long Due)> _lines = new();
    private readonly PacketSink _sink;

    /// <summary>Puts the receiving end of the packets into the host.</summary>
    public LatencyMeter(DemoNetwork network) => _sink = new PacketSink(network.Host, Port);

    /// <summary>Starts to send packets from an address to the host.</summary>
    public static PacketStream Send(Address from) => new(from, Scenery.HostFor(from), Port);

    /// <summary>Takes note of a failed password that has just been written to the log.</summary>
    public void Note(Address from, long written) =>
        _lines.AddOrUpdate(
            from,
            (1, DemoPolicy.MaxRetry == 1 ? written : 0),
            (_, seen) => (seen.Failures + 1, seen.Failures + 1 == DemoPolicy.MaxRetry ? written : seen.Due));

    /// <summary>
    /// Waits until the packets of a stream no longer come through, and hands back when the first of those was sent; null where they
    /// still do after ten seconds.
    /// </summary>
    public async Task<long?> WhenShutOutAsync(PacketStream stream, CancellationToken cancel)
    {
        uint before = uint.MaxValue;
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < Patience;)
        {
            (uint last, _) = _sink.Seen(stream.From);
            if (last == before && stream.Count - last >= ClosedAfter)
            {
                return stream.SentAt(last + 1);
            }

            before = last;
            await Task.Delay(15, cancel);
        }

        return null;
    }

    /// <summary>Whether an address is in the log with a failed password.</summary>
    public bool HasFailed(Address address) => _lines.ContainsKey(address);

    /// <summary>How many packets from an address have come through so far.</summary>
    public int CameThrough(Address from) => _sink.Seen(from).Count;

    /// <summary>The milliseconds from the line that made a ban due to a moment; null where that line was never written, or later.</summary>
    public double? SinceDue(Address attacker, long moment) =>
        _lines.TryGetValue(attacker, out (int Failures, long Due) seen) && seen.Due != 0 && moment >= seen.Due
            ? Stopwatch.GetElapsedTime(seen.Due, moment).TotalMilliseconds
            : null;

    /// <inheritdoc/>
    public void Dispose() => _sink.Dispose();
}
