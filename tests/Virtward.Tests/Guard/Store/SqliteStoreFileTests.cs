using Microsoft.Data.Sqlite;
using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Guard.Jails;
using Virtward.Guard.Store;
using Virtward.Guard.Store.Sqlite;
using Virtward.Linux;
using Xunit;

namespace Virtward.Tests.Guard.Store;

public sealed class SqliteStoreFileTests : IDisposable
{
    private readonly StateDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Database_and_its_log_are_the_owners_alone()
    {
        using SqliteGuardStore store = _directory.Open();
        Write(store, 3);

        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(_directory.Path));
        Assert.All(["", "-wal", "-shm"], suffix => Assert.Equal(Owner, File.GetUnixFileMode(_directory.Database + suffix)));
    }

    [Fact]
    public void Directory_that_cannot_be_made_is_a_problem()
    {
        File.WriteAllText(_directory.Path, "a file");

        Problem problem = StateDirectory.File.Open(_directory.Path).Problem!;

        Assert.Contains(_directory.Path, problem.ToString());
    }

    [Fact]
    public void Log_that_vanishes_while_it_is_moved_aside_keeps_nobody_from_starting_anew()
    {
        Directory.CreateDirectory(_directory.Path);
        File.WriteAllText(_directory.Database, "these are not the pages of a database");
        File.WriteAllText(_directory.Database + "-wal", "nor is this its log");

        OpenedStore opened = new SqliteStoreFile(new VanishingLog(), TimeProvider.System).Open(_directory.Path).Value;

        using IGuardStore store = opened.Store;
        Assert.NotNull(opened.Warning);
        Assert.Single(_directory.MovedAside());
    }

    [Fact]
    public void Reading_where_there_is_no_state_says_so_and_makes_nothing()
    {
        Assert.Contains("no state yet", StateDirectory.File.OpenReadOnly(_directory.Path).Problem!.ToString());
        Assert.False(Directory.Exists(_directory.Path));
    }

    [Fact]
    public void Steps_that_are_new_are_taken_and_keep_what_is_there()
    {
        using (SqliteGuardStore store = _directory.Open())
        {
            Write(store, 3);
        }

        SqliteStoreFile newer = Knowing([.. Schema.Steps, "ALTER TABLE bans ADD COLUMN country TEXT;", "CREATE TABLE hosts (name TEXT) STRICT;"]);
        using (IGuardStore store = newer.Open(_directory.Path).Value.Store)
        {
            Assert.Equal(3, store.Find(new BanQuery()).Value.Count);
        }

        Assert.Equal(Schema.Steps.Length + 2L, Scalar("PRAGMA user_version"));
        Assert.Equal(0L, Scalar("SELECT count(*) FROM hosts"));
    }

    [Fact]
    public void Step_that_fails_leaves_the_database_as_it_was()
    {
        using (SqliteGuardStore store = _directory.Open())
        {
            Write(store, 3);
        }

        byte[] before = File.ReadAllBytes(_directory.Database);
        SqliteStoreFile newer = Knowing([.. Schema.Steps, "CREATE TABLE hosts (name TEXT) STRICT; CREATE TABLE bans (x TEXT) STRICT;"]);
        Problem problem = newer.Open(_directory.Path).Problem!;

        Assert.Contains("already exists", problem.ToString());
        Assert.Empty(_directory.MovedAside());
        Assert.Equal(before, File.ReadAllBytes(_directory.Database));
    }

    [Fact]
    public void Database_of_a_newer_program_is_refused_and_left_alone()
    {
        SqliteStoreFile newer = Knowing([.. Schema.Steps, "CREATE TABLE hosts (name TEXT) STRICT;"]);
        newer.Open(_directory.Path).Value.Store.Dispose();

        foreach (Problem? problem in (Problem?[])
            [StateDirectory.File.Open(_directory.Path).Problem, StateDirectory.File.OpenReadOnly(_directory.Path).Problem])
        {
            Assert.Contains("newer virtward", problem!.ToString());
        }

        Assert.Empty(_directory.MovedAside());
    }

    [Fact]
    public void Database_of_another_program_is_refused_and_left_alone()
    {
        Directory.CreateDirectory(_directory.Path);
        Scalar("CREATE TABLE songs (title TEXT)", SqliteOpenMode.ReadWriteCreate);

        Assert.Contains("another program", StateDirectory.File.Open(_directory.Path).Problem!.ToString());
        Assert.Equal(1L, Scalar("SELECT count(*) FROM sqlite_schema"));
    }

    [Fact]
    public void File_that_is_no_database_is_moved_aside_and_a_new_one_started()
    {
        Directory.CreateDirectory(_directory.Path);
        File.WriteAllText(_directory.Database, "these are not the bytes that you are looking for".PadRight(5000, '.'));

        AssertStartedAnew();

        Assert.StartsWith("these are not", File.ReadAllText(Assert.Single(_directory.MovedAside())), StringComparison.Ordinal);
    }

    [Fact]
    public void Truncated_database_is_moved_aside()
    {
        Fill();
        using (FileStream file = File.OpenWrite(_directory.Database))
        {
            file.SetLength((file.Length / 2) + 100);
        }

        AssertStartedAnew();
    }

    [Fact]
    public void Database_without_its_tables_is_moved_aside()
    {
        Fill();
        Scalar("DROP TABLE bans");

        AssertStartedAnew();
    }

    [Theory]
    [InlineData("UPDATE bans SET target = x'0102' WHERE id = 7")]
    [InlineData("UPDATE bans SET target = x'00000000000000000000ffff0a00000178' WHERE id = 7")]
    [InlineData("UPDATE bans SET ports = '22/sctp' WHERE id = 7")]
    [InlineData("UPDATE bans SET origin = 99 WHERE id = 7")]
    [InlineData("UPDATE bans SET members = -1 WHERE id = 7")]
    [InlineData("INSERT INTO attackers VALUES (x'', 'sshd', 1, 1, x'')")]
    [InlineData("INSERT INTO attackers VALUES (x'00000000000000000000ffff0a00000180', 'sshd', 1, 1, x'010203')")]
    public void Row_that_nobody_wrote_is_damage(string sql)
    {
        Fill();
        Scalar(sql);
        using (IGuardStore reader = StateDirectory.File.OpenReadOnly(_directory.Path).Value)
        {
            Assert.Contains("damaged", reader.Load(UnixTime.FromSeconds(1)).Problem!.ToString());
        }

        AssertStartedAnew();
    }

    [Fact]
    public void Second_damaged_database_does_not_overwrite_the_first()
    {
        for (int i = 0; i < 3; i++)
        {
            Directory.CreateDirectory(_directory.Path);
            File.WriteAllText(_directory.Database, new string((char)('a' + i), 5000));
            AssertStartedAnew();
        }

        Assert.Equal(["a", "b", "c"], _directory.MovedAside().Select(name => File.ReadAllText(name)[..1]).Order());
    }

    [Fact]
    public void Random_bytes_in_a_database_never_keep_the_guard_from_starting()
    {
        Fill();
        byte[] whole = File.ReadAllBytes(_directory.Database);
        int movedAside = 0;
        for (int seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            byte[] damaged = [.. whole];
            random.NextBytes(damaged.AsSpan(random.Next(damaged.Length - 4096), random.Next(1, 4096)));
            File.WriteAllBytes(_directory.Database, damaged);
            OpenedStore opened = StateDirectory.File.Open(_directory.Path).Value;
            using IGuardStore store = opened.Store;
            movedAside += opened.Warning is null ? 0 : 1;
            Assert.InRange(store.Load(UnixTime.FromSeconds(1)).Value.Engine.Bans.Length, 0, opened.Warning is null ? 2000 : 0);
        }

        Assert.NotEqual(0, movedAside);
    }

    [Fact]
    public void Garbage_in_the_log_loses_at_most_what_the_log_held()
    {
        Fill();
        using (SqliteGuardStore store = _directory.Open())
        {
            Write(store, 2010);
            byte[] log = File.ReadAllBytes(_directory.Database + "-wal");
            byte[] database = File.ReadAllBytes(_directory.Database);
            Assert.NotEmpty(log);
            new Random(1).NextBytes(log);
            store.Dispose();
            File.WriteAllBytes(_directory.Database, database);
            File.WriteAllBytes(_directory.Database + "-wal", log);
        }

        using SqliteGuardStore again = _directory.Open();
        Assert.Equal(2000, again.Load(UnixTime.FromSeconds(1)).Value.Engine.Bans.Length);
    }

    [Fact]
    public void Opening_hands_over_what_the_store_holds()
    {
        Fill();
        OpenedStore opened = StateDirectory.File.Open(_directory.Path).Value;
        using IGuardStore store = opened.Store;

        Assert.Equal(2000, opened.State.Engine.Bans.Length);
        Assert.Equal(store.Load(UnixTime.FromSeconds(1)).Value.Engine.Bans.Select(ban => ban.Target), opened.State.Engine.Bans.Select(ban => ban.Target));
    }

    private static SqliteStoreFile Knowing(System.Collections.Immutable.ImmutableArray<string> steps) =>
        new(new StateFiles(), TimeProvider.System) { Steps = steps };

    private static void Write(IGuardStore store, int bans)
    {
        for (int i = 0; i < bans; i++)
        {
            var change = new BanChange(Bans.Of($"10.0.{i / 250}.{i % 250}", since: 1, until: 32_503_680_000), UnixTime.FromSeconds(1), null);
            var commit = new GuardCommit { Time = UnixTime.FromSeconds(1), Changes = new GuardChanges { Bans = [change] } };
            Assert.Null(store.Commit(commit).Problem);
        }
    }

    private void Fill()
    {
        using SqliteGuardStore store = _directory.Open();
        Write(store, 2000);
    }

    private void AssertStartedAnew()
    {
        int before = Directory.Exists(_directory.Path) ? _directory.MovedAside().Length : 0;
        OpenedStore opened = StateDirectory.File.Open(_directory.Path).Value;
        using IGuardStore store = opened.Store;

        Assert.Contains("moved aside to", opened.Warning!.ToString());
        Assert.Equal(before + 1, _directory.MovedAside().Length);
        Assert.Empty(store.Load(UnixTime.FromSeconds(1)).Value.Engine.Bans);
        Write(store, 1);
        Assert.Single(store.Load(UnixTime.FromSeconds(1)).Value.Engine.Bans);
    }

    private object? Scalar(string sql, SqliteOpenMode mode = SqliteOpenMode.ReadWrite)
    {
        SQLitePCL.Batteries_V2.Init();
        var settings = new SqliteConnectionStringBuilder { DataSource = _directory.Database, Mode = mode, Pooling = false };
        using var connection = new SqliteConnection(settings.ConnectionString);
        connection.Open();
        using var command = new SqliteCommand(sql, connection);
        return command.ExecuteScalar();
    }

    /// <summary>Real files, but for a log that is gone at the moment it is renamed, as when SQLite's last connection ends just then.</summary>
    private sealed class VanishingLog : IStateFiles
    {
        private readonly StateFiles _files = new();

        public bool Exists(string path) => _files.Exists(path);

        public Result<Done> CreateDirectory(string path, UnixFileMode mode) => _files.CreateDirectory(path, mode);

        public Result<Done> CreateFile(string path, UnixFileMode mode) => _files.CreateFile(path, mode);

        public Result<Done> Move(string from, string to)
        {
            if (from.EndsWith("-wal", StringComparison.Ordinal))
            {
                File.Delete(from);
            }

            return _files.Move(from, to);
        }
    }
}
