using System.Diagnostics;
using System.Globalization;
using System.Text;
using Virtward.Core.Net;
using Virtward.Linux.Commands;
using Virtward.Linux.Nftables;

namespace Virtward.Bench.Kernel;

/// <summary>
/// <c>latency</c>: from the moment in which an attacker's last line is appended to the log until its address is in the kernel's set, from
/// where on its packets are dropped.
/// </summary>
internal static class LatencyBench
{
    private const int Attackers = 200;
    private const string Table = "virtward";

    // A jail for all ports, or one for the ports of its filter.
    private static readonly string[] Sets = ["ban4_32", "ban4_32_tcp22"];
    private static readonly TimeSpan TooLong = TimeSpan.FromSeconds(10);

    public static int Run(BenchOptions options)
    {
        using var work = new WorkDirectory(options.Work);
        using NftablesFirewall firewall = NftablesFirewall.Open(new ProcessCommands()).Value;
        using var guard = new RunningGuard(options, work.Path, firewall);
        using FileStream log = new(guard.Log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        guard.WaitUntilIdle();
        var random = new Random(options.Seed);
        List<double> milliseconds = [];
        int lost = 0;
        for (int i = 0; i < Attackers; i++)
        {
            // One attacker a /16: none is shut out before its own turn by a ban of its prefix.
            Address attacker = Address.FromV4(0x0B000000u + ((uint)i << 16) + (uint)random.Next(1, 65_535));
            log.Write(Failures(attacker, 2));
            Thread.Sleep(random.Next(20, 60));
            if (IsBanned(firewall, attacker))
            {
                Console.Error.WriteLine($"bench: {attacker} was banned before its last line");
                return 1;
            }

            byte[] last = Failures(attacker, 1);
            long start = Stopwatch.GetTimestamp();
            log.Write(last);
            if (WaitForBan(firewall, attacker, start))
            {
                milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
            else
            {
                lost++;
            }
        }

        var table = new Table($"latency ({Machine.Describe()})", "line appended to address in the kernel's set", "p50", "p90", "p99", "longest");
        table.Row([$"virtward guard run, {milliseconds.Count} attackers", .. Percentiles(milliseconds)]);
        table.Print();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ready {guard.Ready.TotalMilliseconds:0} ms after its start"));
        if (lost > 0)
        {
            Console.Error.WriteLine($"bench: {lost} attackers were not banned within {TooLong.TotalSeconds} s");
        }

        return lost == 0 ? 0 : 1;
    }

    private static IEnumerable<string> Percentiles(List<double> values) =>
        values.Count == 0
            ? ["", "", "", ""]
            : ((double[])[0.5, 0.9, 0.99, 1]).Select(share => Measure.Text(Measure.Percentile(values, share)));

    private static bool WaitForBan(NftablesFirewall firewall, Address attacker, long start)
    {
        while (Stopwatch.GetElapsedTime(start) < TooLong)
        {
            if (IsBanned(firewall, attacker))
            {
                return true;
            }

            Thread.Yield();
        }

        return false;
    }

    private static bool IsBanned(NftablesFirewall firewall, Address attacker) =>
        Sets.Any(set => firewall.ReadElement(Table, set, attacker).Value is not null);

    private static byte[] Failures(Address attacker, int count)
    {
        string stamp = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'+00:00'", CultureInfo.InvariantCulture);
        IEnumerable<string> lines = Enumerable.Range(0, count).Select(i =>
            $"{stamp} kvm1 sshd[{4000 + i + (attacker.V4 & 0xffff)}]: Failed password for root from {attacker} port {40_000 + i} ssh2\n");
        return Encoding.ASCII.GetBytes(string.Concat(lines));
    }
}
