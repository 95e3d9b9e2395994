using Virtward.Bench.Throughput;
using Virtward.Core.Time;
using Virtward.Guard.Store;
using Virtward.Guard.Store.Sqlite;
using Virtward.Linux;
using Virtward.Linux.Commands;
using Virtward.Linux.Nftables;

namespace Virtward.Bench.Kernel;

/// <summary><c>status</c>: the commands that ask, as whole processes, with many bans in force; of a guard at work, and of its store alone.</summary>
internal static class StatusBench
{
    private const int Bans = 100_000;
    private const int Warm = 2;

    public static int Run(BenchOptions options)
    {
        using var work = new WorkDirectory(options.Work);
        string state = Path.Combine(work.Path, "state");
        using (IGuardStore store = new SqliteStoreFile(new StateFiles(), TimeProvider.System).Open(state).Value.Store)
        {
            SampleBans.Fill(store, Bans, UnixTime.Now(TimeProvider.System));
        }

        var table = new Table($"whole processes, {Bans:N0} bans in force ({Machine.Describe()})", "command", "median", "fastest", "CPU");
        Row("virtward --version", "--version");
        Row("virtward status, from the store", "status", "--state", state);
        Row("virtward bans, from the store", "bans", "--state", state);
        using (NftablesFirewall firewall = NftablesFirewall.Open(new ProcessCommands()).Value)
        using (var guard = new RunningGuard(options, work.Path, firewall))
        {
            guard.WaitUntilIdle();
            Row("virtward status, from the guard", "status", "--state", state);
            Row("virtward bans, from the guard", "bans", "--state", state);
            Console.WriteLine($"the guard's resident memory after that: {guard.Memory("VmRSS"):0.0} MB, at most {guard.Memory("VmHWM"):0.0} MB");
        }

        table.Print();
        return 0;

        void Row(string what, params string[] arguments)
        {
            Child[] runs = [.. Enumerable.Range(0, options.Runs + Warm).Select(_ => Child.Run([options.Virtward, .. arguments])).Skip(Warm)];
            table.Row(
                what,
                Measure.Text(1000 * Measure.Median(runs.Select(run => run.WallSeconds))),
                Measure.Text(1000 * runs.Min(run => run.WallSeconds)),
                Measure.Text(1000 * Measure.Median(runs.Select(run => run.CpuSeconds))));
        }
    }
}
