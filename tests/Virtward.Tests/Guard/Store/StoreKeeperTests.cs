using Microsoft.Data.Sqlite;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Guard.Sources;
using Virtward.Guard.Bans;
using Virtward.Guard.Jails;
using Virtward.Guard.Store;
using Virtward.Guard.Store.Sqlite;
using Xunit;

namespace Virtward.Tests.Guard.Store;

public sealed class StoreKeeperTests : IDisposable
{
    private readonly StateDirectory _directory = new();
    private readonly Clock _clock = new();
    private readonly List<string> _told = [];
    private readonly Dictionary<Prefix, Ban> _inForce = [];
    private string _position = "0";

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Failing_store_is_told_of_once_and_caught_up_with_everything()
    {
        var store = new FailingStore();
        using var keeper = Keeper(store);
        Assert.True(Ban(keeper, 1));
        store.Fails = true;
        Assert.False(Ban(keeper, 2));
        Assert.False(Ban(keeper, 3));
        Assert.False(Unban(keeper, 2));
        Stop(keeper, 3, packets: 5);
        Stop(keeper, 3, packets: 6);
        _clock.Now += TimeSpan.FromSeconds(60);
        Assert.False(keeper.CatchUp());
        store.Fails = false;
        _clock.Now += TimeSpan.FromSeconds(60);
        Assert.True(Ban(keeper, 4));

        Assert.Equal(2, _told.Count);
        Assert.Contains("disk is full", _told[0]);
        Assert.Contains("after 120 seconds", _told[1]);
        StoredState state = keeper.Store.Load(UnixTime.Now(_clock)).Value;
        Assert.Equal([Target(1), Target(3), Target(4)], state.Engine.Bans.Select(ban => ban.Target));
        Assert.Equal("4", state.Positions["log"]);
        Assert.Equal(11, keeper.Store.Find(new BanQuery { Target = Target(3) }).Value.Single().Packets);
        Assert.Equal(UnbanCause.ByHand, keeper.Store.Find(new BanQuery { Target = Target(2) }).Value.Single().Cause);
        Assert.False(keeper.IsBehind);
    }

    [Fact]
    public void Failing_store_is_not_asked_again_before_the_pause_is_over()
    {
        var store = new FailingStore { Fails = true };
        using var keeper = Keeper(store);
        Ban(keeper, 1);
        int asked = store.Asked;
        for (int i = 2; i < 50; i++)
        {
            Ban(keeper, i);
        }

        Assert.Equal(asked, store.Asked);
        _clock.Now += StoreKeeper.RetryAfter;
        Ban(keeper, 50);
        Assert.Equal(asked + 1, store.Asked);
    }

    [Fact]
    public void Clock_that_is_set_back_does_not_keep_the_store_waiting()
    {
        var store = new FailingStore { Fails = true };
        using var keeper = Keeper(store);
        Ban(keeper, 1);
        _clock.Now -= TimeSpan.FromDays(30);
        store.Fails = false;

        Assert.True(keeper.CatchUp());
    }

    [Fact]
    public void History_is_bounded_while_bans_in_force_are_never_dropped()
    {
        var store = new FailingStore { Fails = true };
        using var keeper = Keeper(store);
        Ban(keeper, 1);
        for (int i = 0; i < (StoreKeeper.MaxPending / 2) + 10; i++)
        {
            Ban(keeper, 2);
            Unban(keeper, 2);
        }

        store.Fails = false;
        _clock.Now += StoreKeeper.RetryAfter;
        Assert.True(keeper.CatchUp());

        Assert.Equal(Target(1), Assert.Single(keeper.Store.Load(UnixTime.Now(_clock)).Value.Engine.Bans).Target);
        Assert.Contains("21 beginnings and ends of bans are missing", _told[^1]);
    }

    [Fact]
    public void Closing_writes_what_waits_without_regard_to_the_pause()
    {
        var store = new FailingStore { Fails = true };
        var keeper = Keeper(store);
        Ban(keeper, 1);
        store.Fails = false;
        keeper.Dispose();

        Assert.Single(store.Inner.Load(UnixTime.Now(_clock)).Value.Engine.Bans);
    }

    [Fact]
    public void Full_database_fails_as_a_whole_and_is_caught_up_when_there_is_room()
    {
        using (SqliteGuardStore made = _directory.Open())
        {
        }

        SqliteConnection connection = Connect();
        using var keeper = Keeper(new SqliteGuardStore(connection, _directory.Database, writable: true));
        Ban(keeper, 1);
        Run(connection, "PRAGMA max_page_count = 40");
        int last = 2;
        while (Ban(keeper, last))
        {
            last++;
            Assert.True(last < 10_000);
        }

        // Nothing of the commit that failed is there, and all of those before it.
        Assert.Equal(last - 1, keeper.Store.Load(UnixTime.Now(_clock)).Value.Engine.Bans.Length);
        Assert.Equal($"{last - 1}", keeper.Store.Load(UnixTime.Now(_clock)).Value.Positions["log"]);
        Assert.Contains("the disk is full", Assert.Single(_told));
        Assert.False(keeper.Store.IsDamaged);

        Run(connection, "PRAGMA max_page_count = 100000");
        _clock.Now += StoreKeeper.RetryAfter;
        Assert.True(Ban(keeper, last + 1));
        Assert.Equal(last + 1, keeper.Store.Load(UnixTime.Now(_clock)).Value.Engine.Bans.Length);
    }

    [Fact]
    public void Database_that_is_damaged_while_it_is_in_use_is_replaced_and_filled_again()
    {
        using var keeper = Keeper(_directory.Open());
        for (int i = 1; i <= 200; i++)
        {
            Ban(keeper, i);
        }

        // Behind the store's back.
        using (SqliteConnection other = Connect())
        {
            Run(other, "DROP TABLE bans");
        }

        Assert.True(Ban(keeper, 201));

        Assert.Single(_directory.MovedAside());
        Assert.Equal(2, _told.Count);
        StoredState state = keeper.Store.Load(UnixTime.Now(_clock)).Value;
        Assert.Equal(201, state.Engine.Bans.Length);
        Assert.Equal("201", state.Positions["log"]);
    }

    private static Prefix Target(int number) => Prefix.Parse($"10.0.{number / 250}.{number % 250}");

    private StoreKeeper Keeper(IGuardStore store) => new(
        store,
        () => Result<IGuardStore>.Ok(StateDirectory.File.Open(_directory.Path).Value.Store),
        () => new GuardCommit
        {
            Time = UnixTime.Now(_clock),
            Changes = new GuardChanges { Whole = new GuardState { Bans = [.. _inForce.Values] } },
            Positions = [new SourcePosition("log", _position)],
        },
        _clock,
        _told.Add);

    private BanChange Banned(int number)
    {
        UnixTime now = UnixTime.Now(_clock);
        Ban ban = Bans.Of("192.0.2.0", 0, 0) with { Target = Target(number), Since = now, Until = now + TimeSpan.FromDays(1) };
        _inForce[ban.Target] = ban;
        return new BanChange(ban, now, null);
    }

    private GuardCommit Commit(int number, BanChange change)
    {
        _position = $"{number}";
        return new GuardCommit
        {
            Time = UnixTime.Now(_clock),
            Changes = new GuardChanges { Bans = [change] },
            Positions = [new SourcePosition("log", _position)],
        };
    }

    private bool Ban(StoreKeeper keeper, int number) => keeper.Commit(Commit(number, Banned(number)));

    private bool Unban(StoreKeeper keeper, int number)
    {
        _inForce.Remove(Target(number), out Ban? ban);
        return keeper.Commit(Commit(number, new BanChange(ban!, UnixTime.Now(_clock), UnbanCause.ByHand)));
    }

    private void Stop(StoreKeeper keeper, int number, long packets) =>
        keeper.Commit(new GuardCommit { Time = UnixTime.Now(_clock), Stopped = [new StoppedTraffic(Target(number), packets, packets * 60)] });

    private SqliteConnection Connect()
    {
        var settings = new SqliteConnectionStringBuilder { DataSource = _directory.Database, Pooling = false };
        var connection = new SqliteConnection(settings.ConnectionString);
        connection.Open();
        return connection;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = new SqliteCommand(sql, connection);
        command.ExecuteScalar();
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 21, 20, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class FailingStore : IGuardStore
    {
        public MemoryGuardStore Inner { get; } = new();

        public bool Fails { get; set; }

        public int Asked { get; private set; }

        public bool IsDamaged => false;

        public Result<Done> Commit(GuardCommit commit)
        {
            Asked++;
            return Fails ? new Problem("cannot write the guard's state, the disk is full") : Inner.Commit(commit);
        }

        public Result<StoredState> Load(UnixTime now) => Inner.Load(now);

        public Result<IReadOnlyList<StoredBan>> Find(BanQuery query) => Inner.Find(query);

        public Result<IReadOnlyList<string?>> Evidence(IReadOnlyList<Ban> bans) => Inner.Evidence(bans);

        public Result<ShutOut> CountInForce(UnixTime at) => Inner.CountInForce(at);

        public Result<IReadOnlyList<DayTotal>> Days(UnixTime since) => Inner.Days(since);

        public Result<IReadOnlyList<PrefixTotal>> TopPrefixes(UnixTime since, int v4Length, int v6Length, int limit) =>
            Inner.TopPrefixes(since, v4Length, v6Length, limit);

        public Result<IReadOnlyList<JournalEntry>> Journal(int limit) => Inner.Journal(limit);

        public Result<int> Prune(UnixTime endedBefore) => Inner.Prune(endedBefore);

        public void Dispose()
        {
        }
    }
}
