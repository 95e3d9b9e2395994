using System.Diagnostics;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Guard;
using Virtward.Guard.Bans;
using Virtward.Guard.Enforcement;
using Virtward.Guard.Store;
using Virtward.Guard.Store.Sqlite;
using Virtward.Linux;
using Virtward.Linux.Commands;
using Virtward.Linux.Nftables;

namespace Virtward.Bench.Kernel;

/// <summary><c>bans</c>: many bans from the store into an empty kernel, and single ones after them.</summary>
internal static class BansBench
{
    private const int Many = 100_000;
    private const int Singles = 500;
    private const int Spawned = 5;

    public static int Run(BenchOptions options)
    {
        using var work = new WorkDirectory(options.Work);
        string directory = Path.Combine(work.Path, "state");
        var file = new SqliteStoreFile(new StateFiles(), TimeProvider.System);
        UnixTime now = UnixTime.Now(TimeProvider.System);
        using (IGuardStore store = file.Open(directory).Value.Store)
        {
            SampleBans.Fill(store, Many, now);
        }

        var table = new Table($"bans ({Machine.Describe()}, {Version()})", "what", "median", "p99");
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        OpenedStore opened = file.Open(directory).Value;
        using IGuardStore owned = opened.Store;
        double loaded = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        using NftablesFirewall firewall = NftablesFirewall.Open(new ProcessCommands()).Value;
        var enforcer = new Enforcer(firewall, TimeProvider.System, ban => [ban.Target]);
        Reconciliation filled = enforcer.Reconcile(opened.State.Engine.Bans).Value;
        double whole = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        cpu = Environment.CpuUsage.TotalTime - cpu;
        if (filled.Problem is { } problem)
        {
            Console.Error.WriteLine($"bench: {problem}");
            return 1;
        }

        table.Row($"{Many:N0} bans from the store into an empty kernel, once", Measure.Text(whole), "");
        table.Row("  of it, opening and loading the store", Measure.Text(loaded), "");
        table.Row("  of it, CPU, the kernel's part included", Measure.Text(cpu.TotalMilliseconds), "");
        Check(firewall.Apply("delete table inet virtward"));
        using (var guard = new RunningGuard(options, work.Path, firewall))
        {
            table.Row($"`virtward guard run` with {Many:N0} bans in its store, from its start until they are in the kernel", Measure.Text(guard.OnGuard.TotalMilliseconds), "");
            table.Row("  of it, CPU", Measure.Text(guard.Used.TotalMilliseconds), "");
        }

        int next = Many;
        Row("one more ban, with all of them present", Measure.Milliseconds(Singles, () => Ban(next++)));
        int last = Many;
        Row("one unban", Measure.Milliseconds(Singles, () => Unban(last++)));
        Row("comparing the kernel with the store", Measure.Milliseconds(options.Runs, () => _ = enforcer.Reconcile().Value));
        OthersWay(firewall, Row);
        table.Print();
        return 0;

        void Row(string what, double[] times) => table.Row(
            what, Measure.Text(Measure.Median(times)), times.Length < 100 ? "" : Measure.Text(Measure.Percentile(times, 0.99)));

        void Ban(int number) => Check(enforcer.Apply([new GuardEvent.Banned(now, SampleBans.Ban(number, now))]));

        void Unban(int number) => Check(enforcer.Apply([new GuardEvent.Unbanned(now, SampleBans.Ban(number, now), UnbanCause.ByHand)]));
    }

    // fail2ban and sshguard: a process "nft" for each ban, and an interval set.
    private static void OthersWay(NftablesFirewall firewall, Action<string, double[]> row)
    {
        Check(firewall.Apply("""
            add table inet others
            add set inet others banned { type ipv4_addr; flags interval,timeout; }
            """));
        string elements = string.Join(", ", Enumerable.Range(0, Many).Select(i => $"{SampleBans.Target(i)} timeout 4h").Distinct());
        double[] filled = Measure.Milliseconds(1, () => Nft($"add element inet others banned {{ {elements} }}"));
        row($"others: {Many:N0} bans in one run of nft, interval set, once", filled);
        int next = Many;
        row("others: one more ban, nft started for it", Measure.Milliseconds(
            Spawned, () => Nft($"add element inet others banned {{ {SampleBans.Target(next++)} timeout 4h }}")));
    }

    private static void Nft(string script)
    {
        var start = new ProcessStartInfo("nft", ["-f", "-"]) { RedirectStandardInput = true };
        using Process process = Process.Start(start)!;
        process.StandardInput.Write(script);
        process.StandardInput.Close();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException("nft failed");
        }
    }

    private static string Version()
    {
        using Process process = Process.Start(new ProcessStartInfo("nft", ["--version"]) { RedirectStandardOutput = true })!;
        string version = process.StandardOutput.ReadToEnd().Split('(')[0].Trim();
        process.WaitForExit();
        return version;
    }

    private static void Check(Result<Done> result) => _ = result.Value;
}
