using System.Collections.Immutable;
using Virtward.Core.Time;
using Virtward.Guard.Jails;
using Virtward.Guard.Sources;
using Virtward.Guard.Store;
using Virtward.Guard.Store.Sqlite;
using Virtward.Linux;

namespace Virtward.Bench;

/// <summary>The store: commits small and large, and a start with a large state.</summary>
internal static class StoreBench
{
    private static readonly UnixTime Now = UnixTime.FromSeconds(1_800_000_000);

    public static int Run(BenchOptions options)
    {
        using var work = new WorkDirectory(options.Work);
        var file = new SqliteStoreFile(new StateFiles(), TimeProvider.System);
        string directory = Path.Combine(work.Path, "state");
        var table = new Table("store (SQLite, WAL, synchronous=NORMAL)", "CPU of", "median", "p99");
        using (IGuardStore store = file.Open(directory).Value.Store)
        {
            int next = 0;
            Row("commit of one ban with its attacker and position", Measure.CpuMilliseconds(2000, () => Commit(store, Changes(ref next, 1))));
            Row("commit of 10,000 attackers", Measure.CpuMilliseconds(options.Runs, () => Commit(store, Attackers(ref next, 10_000))));
            Row("commit of 10,000 bans", Measure.CpuMilliseconds(options.Runs, () => Commit(store, Bans(ref next, 10_000))));
            while (next < 200_000)
            {
                Commit(store, Changes(ref next, 10_000));
            }

            Row("commit of one ban with 100,000 and more present", Measure.CpuMilliseconds(2000, () => Commit(store, Changes(ref next, 1))));
            GuardState state = store.Load(Now).Value.Engine;
            Console.WriteLine($"state: {state.Bans.Length} bans in force, {state.Attackers.Length} attackers");
            Row("load of all", Measure.CpuMilliseconds(options.Runs, () => store.Load(Now)));
            Row("commit of the whole state", Measure.CpuMilliseconds(1, () => Commit(store, new GuardChanges { Whole = state })));
            Row("the 20 newest bans in force", Measure.CpuMilliseconds(options.Runs, () => store.Find(new BanQuery { InForceAt = Now, Limit = 20 })));
            Row("history of one address", Measure.CpuMilliseconds(100, () => store.Find(new BanQuery { Target = SampleBans.Target(77) })));
            Row("top /24s and /48s", Measure.CpuMilliseconds(options.Runs, () => store.TopPrefixes(UnixTime.FromSeconds(0), 24, 48, 20)));
        }

        Row("open with its check", Measure.CpuMilliseconds(options.Runs, () => file.Open(directory).Value.Store.Dispose()));
        table.Print();
        Console.WriteLine($"file: {new FileInfo(Path.Combine(directory, SqliteStoreFile.FileName)).Length / 1e6:0.0} MB");
        return 0;

        void Row(string what, double[] times) => table.Row(
            what, Measure.Text(Measure.Median(times)), times.Length < 100 ? "" : Measure.Text(Measure.Percentile(times, 0.99)));
    }

    private static void Commit(IGuardStore store, GuardChanges changes)
    {
        var commit = new GuardCommit
        {
            Time = Now,
            Changes = changes,
            Positions = [new SourcePosition("/var/log/auth.log", "{\"inode\":1234567,\"offset\":123456789}")],
        };
        _ = store.Commit(commit).Value;
    }

    private static GuardChanges Changes(ref int next, int count)
    {
        int first = next;
        next += count;
        return new GuardChanges { Bans = Bans(first, count), Attackers = Attackers(first, count) };
    }

    private static GuardChanges Bans(ref int next, int count) => new() { Bans = Bans((next += count) - count, count) };

    private static GuardChanges Attackers(ref int next, int count) => new() { Attackers = Attackers((next += count) - count, count) };

    private static ImmutableArray<BanChange> Bans(int first, int count) =>
        [.. Enumerable.Range(first, count).Select(i => new BanChange(SampleBans.Ban(i, Now), Now, null))];

    private static ImmutableArray<AttackerRecord> Attackers(int first, int count) =>
    [
        .. Enumerable.Range(first, count).Select(i =>
            new AttackerRecord("sshd", SampleBans.Target(i), Now, UnixTime.None, [Now.Microseconds - 3, Now.Microseconds - 2, Now.Microseconds - 1])),
    ];
}
