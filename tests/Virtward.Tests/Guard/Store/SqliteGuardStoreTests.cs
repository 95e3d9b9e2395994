using Virtward.Core.Net;
using Virtward.Core.Time;
using Virtward.Guard.Bans;
using Virtward.Guard.Store;
using Virtward.Guard.Store.Sqlite;
using Xunit;

namespace Virtward.Tests.Guard.Store;

public sealed class SqliteGuardStoreTests : GuardStoreConformance
{
    private readonly StateDirectory _directory = new();

    protected override IGuardStore Open() => _directory.Open();

    public override void Dispose()
    {
        base.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Nothing_is_lost_between_closing_and_opening()
    {
        Commit(new GuardCommit
        {
            Time = At(10),
            Changes = Begin(Bans.Of("192.0.2.1", since: 10, until: 900)) with { Evidence = [new(Prefix.Parse("192.0.2.1"), At(10))] },
            Positions = [new("/var/log/auth.log", "17")],
            Allowed = [new(Prefix.Parse("203.0.113.0/24"), At(1), UnixTime.Never, "office")],
        });
        Store.Dispose();

        using SqliteGuardStore again = _directory.Open();
        StoredState state = again.Load(At(20)).Value;

        Assert.Single(state.Engine.Bans);
        Assert.Single(state.Engine.Evidence);
        Assert.Equal("17", state.Positions["/var/log/auth.log"]);
        Assert.Single(state.NeverBan);
    }

    [Fact]
    public void Reader_beside_a_writer_sees_what_is_committed_and_changes_nothing()
    {
        Commit(At(10), Begin(Bans.Of("192.0.2.1", since: 10, until: 100)));
        using IGuardStore reader = StateDirectory.File.OpenReadOnly(_directory.Path).Value;

        Assert.Single(reader.Find(new BanQuery { InForceAt = At(20) }).Value);
        Commit(At(30), Begin(Bans.Of("192.0.2.2", since: 30, until: 100)));
        Assert.Equal(2, reader.Load(At(40)).Value.Engine.Bans.Length);

        Assert.Empty(reader.Load(At(500)).Value.Engine.Bans);
        Assert.All(reader.Find(new BanQuery()).Value, stored => Assert.Null(stored.Ended));
        Assert.Contains("reading only", reader.Commit(new GuardCommit { Time = At(41) }).Problem!.ToString());
        Assert.False(reader.IsDamaged);
    }

    [Fact]
    public void Two_writers_take_turns()
    {
        _ = Load(At(0));
        using SqliteGuardStore other = _directory.Open();

        Parallel.For(0, 2, writer =>
        {
            for (int i = 0; i < 100; i++)
            {
                Ban ban = Bans.Of($"10.{writer}.0.{i}", since: i, until: 900);
                var commit = new GuardCommit { Time = At(i), Changes = Begin(ban) };
                Assert.Null((writer == 0 ? Store : other).Commit(commit).Problem);
            }
        });

        Assert.Equal(200, Load(At(200)).Engine.Bans.Length);
    }

    [Fact]
    public void Evidence_is_cut_to_300_bytes_between_characters()
    {
        Commit(At(10), Begin(Bans.Of("192.0.2.1", since: 10, until: 100) with { Evidence = "x" + new string('ü', 400) }));

        Assert.Equal("x" + new string('ü', 149), Find(new BanQuery()).Single().Ban.Evidence);
    }

    [Fact]
    public void Random_commits_leave_the_same_in_sqlite_as_in_memory()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            using var directory = new StateDirectory();
            using SqliteGuardStore sqlite = directory.Open();
            using var memory = new MemoryGuardStore();
            for (int step = 1; step <= 60; step++)
            {
                GuardCommit commit = RandomCommits.Next(random, At(step * 10));
                Assert.Null(sqlite.Commit(commit).Problem);
                Assert.Null(memory.Commit(commit).Problem);
                if (step % 7 == 0)
                {
                    Same(sqlite.Load(commit.Time).Value, memory.Load(commit.Time).Value, seed);
                }
            }

            Assert.Equal(memory.Find(new BanQuery()).Value.Select(Text), sqlite.Find(new BanQuery()).Value.Select(Text));
            Assert.Equal(memory.Days(At(0)).Value, sqlite.Days(At(0)).Value);
        }
    }

    private static void Same(StoredState sqlite, StoredState memory, int seed)
    {
        string Show(StoredState state) => string.Join('\n',
            state.Engine.Bans.Select(ban => $"ban {ban.Target} {ban.Jail} {ban.Since} {ban.Until}").Order()
                .Concat(state.Engine.Folded.Select(ban => $"folded {ban.Target} {ban.Jail} {ban.Since}").Order())
                .Concat(state.Engine.Attackers.Select(a => $"attacker {a.Subject} {a.Jail} {a.LastSeen} {string.Join(' ', a.Attempts)}").Order())
                .Concat(state.NeverBan.Select(entry => entry.ToString()))
                .Concat(state.Positions.Select(position => position.ToString()).Order()));

        Assert.True(Show(memory) == Show(sqlite), $"seed {seed}:\n{Show(memory)}\n--- sqlite:\n{Show(sqlite)}");
    }

    private static string Text(StoredBan stored) =>
        $"{stored.Ban.Target} {stored.Ban.Jail} {stored.Ban.Since} {stored.Ban.Until} {stored.Ended} {stored.Cause} {stored.Packets}";
}
