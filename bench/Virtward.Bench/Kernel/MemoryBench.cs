using System.Globalization;
using Virtward.Bench.Log;
using Virtward.Core.Time;
using Virtward.Guard.Store;
using Virtward.Guard.Store.Sqlite;
using Virtward.Linux;
using Virtward.Linux.Commands;
using Virtward.Linux.Nftables;

namespace Virtward.Bench.Kernel;

/// <summary><c>memory</c>: what the running guard holds, idle and after a flood of lines with many bans in force.</summary>
internal static class MemoryBench
{
    private const int Bans = 100_000;

    public static int Run(BenchOptions options)
    {
        var table = new Table($"memory of virtward guard run, MB ({Machine.Describe()})", "when", "resident", "highest");
        using NftablesFirewall firewall = NftablesFirewall.Open(new ProcessCommands()).Value;
        using (var work = new WorkDirectory(options.Work))
        {
            using var guard = new RunningGuard(options, work.Path, firewall);
            guard.WaitUntilIdle();
            Row("idle, nothing seen yet", guard);
        }

        _ = firewall.Apply("delete table inet virtward").Value;
        using (var work = new WorkDirectory(options.Work))
        {
            using (IGuardStore store = new SqliteStoreFile(new StateFiles(), TimeProvider.System).Open(Path.Combine(work.Path, "state")).Value.Store)
            {
                SampleBans.Fill(store, Bans, UnixTime.Now(TimeProvider.System));
            }

            using var guard = new RunningGuard(options, work.Path, firewall);
            guard.WaitUntilIdle();
            Row($"{Bans:N0} bans restored", guard);
            using (FileStream log = new(guard.Log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0))
            {
                // All within the last hour: older lines would count for nothing.
                DateTimeOffset hourAgo = DateTimeOffset.UtcNow.AddHours(-1);
                var generator = new LogGenerator(options with { Stamps = "iso" }, log)
                {
                    Start = hourAgo,
                    MeanGap = TimeSpan.FromHours(1) / options.Lines,
                };
                generator.Write(options.Lines);
            }

            guard.WaitUntilIdle();
            Row(string.Create(CultureInfo.InvariantCulture, $"and {options.Lines:N0} lines read"), guard);

            // The guard tidies up every minute.
            Thread.Sleep(TimeSpan.FromSeconds(70));
            Row("a minute later", guard);
        }

        table.Print();
        return 0;

        void Row(string when, RunningGuard guard) => table.Row(when, Text(guard.Memory("VmRSS")), Text(guard.Memory("VmHWM")));
    }

    private static string Text(double megabytes) => megabytes.ToString("0.0", CultureInfo.InvariantCulture);
}
