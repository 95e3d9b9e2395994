using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Virtward.Bench.Log;
using Virtward.Linux.Commands;
using Virtward.Linux.Nftables;

namespace Virtward.Bench.Kernel;

/// <summary>
/// <c>soak</c>: the guard under a steady mixed load, with attackers who come back, bans that end, prefix bans, a rotated log and somebody who
/// looks at the status: what it holds must not grow once all of that goes round.
/// </summary>
internal static class SoakBench
{
    private const int LinesPerSecond = 1_000;
    private static readonly TimeSpan Rotation = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(15);

    // Everything comes round within the first of ten minutes. A population of attackers that is always the same: repeat offenders are
    // remembered for a week, and new ones would make the guard hold more, as they should.
    private const string Policy = """
        version: 1
        guard:
          jails:
            sshd: { filter: sshd, findtime: 30s, maxretry: 3, bantime: 20s, increment: false }
          prefix-bans: { bantime: 40s, window: 1m, increment: false }
          siege: { min-sources: 1000000, account-sources: 1000000 }

        """;

    public static int Run(BenchOptions options)
    {
        using var work = new WorkDirectory(options.Work);
        using NftablesFirewall firewall = NftablesFirewall.Open(new ProcessCommands()).Value;
        using var guard = new RunningGuard(options, work.Path, firewall, Policy);
        var length = TimeSpan.FromMinutes(options.Minutes);
        List<double> resident = Load(options, guard, length);

        int quarter = resident.Count / 4;
        double first = Measure.Median(resident.Take(quarter));
        double last = Measure.Median(resident.TakeLast(quarter));
        var table = new Table(
            $"soak: {options.Minutes} minutes, {LinesPerSecond:N0} lines a second, virtward guard run, MB resident ({Machine.Describe()})",
            "quarter", "median", "highest");
        for (int i = 0; i < 4; i++)
        {
            double[] part = [.. resident.Skip(i * quarter).Take(quarter)];
            table.Row($"{i + 1}", Text(Measure.Median(part)), Text(part.Max()));
        }

        table.Row("growth from the first to the last", Text(last - first), "");
        table.Print();
        using JsonDocument status = guard.Status();
        Console.WriteLine($"status at the end: {status.RootElement.GetProperty("lines")} lines, {status.RootElement.GetProperty("tracked")} attacker records, "
            + $"{status.RootElement.GetProperty("bans").GetProperty("inForce")} bans in force");
        return 0;
    }

    // A second's lines each second; the resident memory after each.
    private static List<double> Load(BenchOptions options, RunningGuard guard, TimeSpan length)
    {
        using var log = new RotatedLog(guard.Log);
        var generator = new LogGenerator(options with { Stamps = "iso" }, log) { MeanGap = TimeSpan.FromSeconds(1) / LinesPerSecond };
        List<double> resident = [];
        var clock = Stopwatch.StartNew();
        for (int second = 1; clock.Elapsed < length; second++)
        {
            generator.Start = DateTimeOffset.UtcNow;
            generator.Write((long)second * LinesPerSecond);
            resident.Add(guard.Memory("VmRSS"));
            if (second % (int)Look.TotalSeconds == 0)
            {
                guard.Status().Dispose();
            }

            if (second % (int)Rotation.TotalSeconds == 0)
            {
                log.Rotate();
            }

            TimeSpan rest = TimeSpan.FromSeconds(second) - clock.Elapsed;
            Thread.Sleep(rest > TimeSpan.Zero ? rest : TimeSpan.Zero);
        }

        return resident;
    }

    private static string Text(double megabytes) => megabytes.ToString("0.0", CultureInfo.InvariantCulture);
}
