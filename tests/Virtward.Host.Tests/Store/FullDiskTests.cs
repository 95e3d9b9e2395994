using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Guard.Sources;
using Virtward.Guard.Bans;
using Virtward.Guard.Jails;
using Virtward.Guard.Store;
using Virtward.Guard.Store.Sqlite;
using Virtward.Linux;
using Xunit;

namespace Virtward.Host.Tests.Store;

public sealed class FullDiskTests
{
    [Fact]
    public void Full_disk_fails_a_commit_as_a_whole_and_is_over_when_there_is_room() => SmallDisk.Use(FailAndRecover);

    [Fact]
    public void Full_disk_at_the_start_is_a_problem_and_nothing_is_moved_aside() => SmallDisk.Use(FailToStart);

    private static void FailAndRecover(string disk)
    {
        string directory = Path.Combine(disk, "state");
        using IGuardStore store = new SqliteStoreFile(new StateFiles(), TimeProvider.System).Open(directory).Value.Store;
        Assert.True(store.Commit(Next(1)).IsOk);
        string ballast = Path.Combine(disk, "ballast");
        Fill(ballast);

        int last = 2;
        Problem? problem;
        while (store.Commit(Next(last)).TryGet(out _, out problem))
        {
            last++;
            Assert.True(last < 100_000);
        }

        Assert.Contains("the disk is full", problem.ToString());
        Assert.False(store.IsDamaged);
        File.Delete(ballast);
        Assert.Equal((last - 1, $"{last - 1}"), Stored(store));
        Assert.True(store.Commit(Next(last)).IsOk);
        Assert.Equal((last, $"{last}"), Stored(store));
    }

    private static void FailToStart(string disk)
    {
        string directory = Path.Combine(disk, "state");
        Directory.CreateDirectory(directory);
        Fill(Path.Combine(disk, "ballast"));

        Problem problem = new SqliteStoreFile(new StateFiles(), TimeProvider.System).Open(directory).Problem!;

        Assert.Contains("full", problem.ToString());
        Assert.Empty(Directory.GetFiles(directory, "*.corrupt-*"));
    }

    private static (int Bans, string Position) Stored(IGuardStore store)
    {
        StoredState state = store.Load(UnixTime.FromSeconds(1)).Value;
        return (state.Engine.Bans.Length, state.Positions["log"]);
    }

    private static void Fill(string path)
    {
        using FileStream file = File.Create(path);
        try
        {
            while (true)
            {
                file.Write(new byte[4096]);
                file.Flush();
            }
        }
        catch (IOException)
        {
            // Full, as wanted.
        }
    }

    private static GuardCommit Next(int number)
    {
        UnixTime now = UnixTime.FromSeconds(1);
        var ban = new Ban
        {
            Target = CommittingChild.Target(number),
            Jail = "sshd",
            Origin = BanOrigin.Jail,
            Since = now,
            Until = now + TimeSpan.FromDays(1),
            Reason = "5 failed logins in 2 minutes",
        };
        return new GuardCommit
        {
            Time = now,
            Changes = new GuardChanges { Bans = [new BanChange(ban, now, null)] },
            Positions = [new SourcePosition("log", $"{number}")],
        };
    }
}
