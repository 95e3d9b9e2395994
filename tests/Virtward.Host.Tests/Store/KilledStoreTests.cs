using System.Diagnostics;
using System.Globalization;
using Virtward.Core.Time;
using Virtward.Guard.Bans;
using Virtward.Guard.Store;
using Virtward.Guard.Store.Sqlite;
using Virtward.Linux;
using Xunit;

namespace Virtward.Host.Tests.Store;

public sealed class KilledStoreTests
{
    private const int Kills = 30;

    [Fact]
    public async Task Killed_at_any_moment_no_ban_is_lost_and_none_doubled()
    {
        DirectoryInfo parent = Directory.CreateTempSubdirectory("virtward-killed-");
        try
        {
            string directory = Path.Combine(parent.FullName, "state");
            var random = new Random(20261121);
            int last = 0;
            for (int kill = 0; kill < Kills; kill++)
            {
                int printed = await CommitUntilKilled(directory, random.Next(1, 60), TestContext.Current.CancellationToken);
                int stored = Check(directory);

                // What was printed is stored; at most one commit more, whose number the child did not live to print.
                Assert.InRange(stored, Math.Max(printed, last), Math.Max(printed, last) + 1);
                last = stored;
            }

            Assert.True(last >= Kills, $"only {last} bans in {Kills} runs");
        }
        finally
        {
            parent.Delete(recursive: true);
        }
    }

    // Kills the child some milliseconds after its first commit, and returns the last number that it printed.
    private static async Task<int> CommitUntilKilled(string directory, int milliseconds, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        start.Environment[CommittingChild.Variable] = directory;
        using Process child = Process.Start(start)!;
        try
        {
            Stream output = child.StandardOutput.BaseStream;
            var numbers = new List<byte>();
            var buffer = new byte[4096];
            int read = await output.ReadAsync(buffer, cancel);
            Assert.NotEqual(0, read);
            numbers.AddRange(buffer.AsSpan(0, read));
            _ = Task.Delay(milliseconds, cancel).ContinueWith(_ => child.Kill(), TaskScheduler.Default);
            while ((read = await output.ReadAsync(buffer, cancel)) > 0)
            {
                numbers.AddRange(buffer.AsSpan(0, read));
            }

            await child.WaitForExitAsync(cancel);
            Assert.Equal(128 + 9, child.ExitCode);
            return BitConverter.ToInt32([.. numbers], (numbers.Count / 4 * 4) - 4);
        }
        finally
        {
            if (!child.HasExited)
            {
                child.Kill();
            }
        }
    }

    // Every number up to the position has its ban, once; ends and attempts are those of the same commit. Returns the position.
    private static int Check(string directory)
    {
        OpenedStore opened = new SqliteStoreFile(new StateFiles(), TimeProvider.System).Open(directory).Value;
        using IGuardStore store = opened.Store;
        Assert.Null(opened.Warning);
        StoredState state = store.Load(UnixTime.Now(TimeProvider.System)).Value;
        int position = int.Parse(state.Positions[CommittingChild.Source], CultureInfo.InvariantCulture);
        IReadOnlyList<StoredBan> bans = store.Find(new BanQuery()).Value;

        Assert.Equal(
            Enumerable.Range(1, position).Select(CommittingChild.Target),
            bans.Select(stored => stored.Ban.Target).Order());
        Assert.Equal(
            Enumerable.Range(1, position / 3).Select(i => CommittingChild.Target((i * 3) - 1)),
            bans.Where(stored => stored.Cause == UnbanCause.ByHand).Select(stored => stored.Ban.Target).Order());
        Assert.Equal(CommittingChild.Target(position), Assert.Single(state.Engine.Attackers).Subject);
        Assert.Equal(position, store.Days(UnixTime.FromSeconds(0)).Value.Sum(day => day.Bans));
        return position;
    }
}
