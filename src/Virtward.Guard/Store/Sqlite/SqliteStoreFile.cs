using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Virtward.Core.Host;
using Virtward.Core.Results;
using Virtward.Core.Time;

namespace Virtward.Guard.Store.Sqlite;

/// <summary>Opens the guard's database, makes it where there is none, and moves a damaged one aside.</summary>
/// <param name="files">Where the file lies.</param>
/// <param name="clock">For what has ended since, and for the name of a file that is moved aside.</param>
public sealed class SqliteStoreFile(IStateFiles files, TimeProvider clock)
{
    /// <summary>The database's name within the state directory.</summary>
    public const string FileName = "guard.db";

    private const string What = "cannot open the guard's state";

    /// <summary>How long to wait for another process that is writing, in milliseconds: the CLI's commits take one or two.</summary>
    private const int BusyTimeout = 3_000;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The schema's steps; others only in tests.</summary>
    public ImmutableArray<string> Steps { get; init; } = Schema.Steps;

    /// <summary>
    /// Opens the store of a state directory for reading and writing, and loads what a start needs. One that is damaged is moved aside,
    /// and a new one started.
    /// </summary>
    /// <param name="directory">The state directory, such as <c>/var/lib/virtward</c>; made with mode 0700 where it is missing.</param>
    public Result<OpenedStore> Open(string directory)
    {
        string path = Path.Combine(directory, FileName);
        if (!files.CreateDirectory(directory, OwnerOnly | UnixFileMode.UserExecute).TryGet(out _, out Problem? problem)
            || !TryOpen(path).TryGet(out OpenedStore? opened, out problem))
        {
            return problem;
        }

        if (opened is not null)
        {
            return opened;
        }

        string aside = FreeName(path);
        if (!MoveAside(path, aside).TryGet(out _, out problem) || !TryOpen(path).TryGet(out opened, out problem))
        {
            return problem;
        }

        return opened is null
            ? new Problem($"{What}, a new database is damaged at once", path, "check the disk")
            : opened with { Warning = new Problem($"the guard's state was damaged: moved aside to {aside}, and started anew", path) };
    }

    /// <summary>Opens the store of a state directory for reading only, beside a guard that may be running. Nothing is made or moved.</summary>
    public Result<IGuardStore> OpenReadOnly(string directory)
    {
        string path = Path.Combine(directory, FileName);
        if (!files.Exists(path))
        {
            return new Problem("the guard has no state yet", path, "start it with 'virtward guard run'");
        }

        SqliteConnection? connection = null;
        try
        {
            connection = Connect(path, SqliteOpenMode.ReadOnly);
            if (!Schema.Check(connection, path, Steps.Length).TryGet(out int version, out Problem? problem))
            {
                connection.Dispose();
                return problem;
            }

            if (version < Steps.Length)
            {
                connection.Dispose();
                return new Problem("the database is of an older virtward", path, "start the guard once, which brings it up to date");
            }

            return new SqliteGuardStore(connection, path, writable: false);
        }
        catch (SqliteException error)
        {
            connection?.Dispose();
            return SqliteErrors.ToProblem(error, What, path);
        }
    }

    // Null: the file is damaged.
    private Result<OpenedStore?> TryOpen(string path)
    {
        // SQLite would make it with the umask's mode; its -wal and -shm take over the mode of the database.
        if (!files.CreateFile(path, OwnerOnly).TryGet(out _, out Problem? problem))
        {
            return problem;
        }

        SqliteConnection? connection = null;
        try
        {
            connection = Connect(path, SqliteOpenMode.ReadWrite);
            Pragma(connection, "PRAGMA journal_mode = WAL");
            Pragma(connection, "PRAGMA synchronous = NORMAL");
            // 4 MB: attackers are spread over all of a table, and SQLite's 2 MB make large commits read pages again and again.
            Pragma(connection, "PRAGMA cache_size = -4096");
            Pragma(connection, "PRAGMA journal_size_limit = 16777216");
            if (!Schema.Migrate(connection, path, Steps).TryGet(out _, out problem))
            {
                connection.Dispose();
                return problem;
            }

            if (Pragma(connection, "PRAGMA quick_check(1)") is not "ok")
            {
                connection.Dispose();
                return Result<OpenedStore?>.Ok(null);
            }

            var store = new SqliteGuardStore(connection, path, writable: true);
            if (store.Load(UnixTime.Now(clock)).TryGet(out StoredState? state, out problem))
            {
                return new OpenedStore(store, state, null);
            }

            store.Dispose();
            return store.IsDamaged ? Result<OpenedStore?>.Ok(null) : problem;
        }
        catch (SqliteException error)
        {
            connection?.Dispose();
            return SqliteErrors.IsDamage(error) ? Result<OpenedStore?>.Ok(null) : SqliteErrors.ToProblem(error, What, path);
        }
    }

    private Result<Done> MoveAside(string path, string aside)
    {
        // The log goes with its database: together they are what SQLite's own recovery can work on.
        foreach (string suffix in (ReadOnlySpan<string>)["-wal", "-shm", ""])
        {
            // SQLite removes its log when the last connection of the damaged database ends, which a finaliser may do at this very moment: what is gone needs no moving.
            if (files.Exists(path + suffix) && !files.Move(path + suffix, aside + suffix).TryGet(out _, out Problem? problem) && files.Exists(path + suffix))
            {
                return problem;
            }
        }

        return default(Done);
    }

    private string FreeName(string path)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{path}.corrupt-{clock.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}");
        string free = name;
        for (int i = 2; files.Exists(free); i++)
        {
            free = string.Create(CultureInfo.InvariantCulture, $"{name}-{i}");
        }

        return free;
    }

    private static SqliteConnection Connect(string path, SqliteOpenMode mode)
    {
        SQLitePCL.Batteries_V2.Init();
        var settings = new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = 1 };
        var connection = new SqliteConnection(settings.ConnectionString);
        try
        {
            connection.Open();
            Pragma(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA busy_timeout = {BusyTimeout}"));
            return connection;
        }
        catch (SqliteException)
        {
            connection.Dispose();
            throw;
        }
    }

    private static string? Pragma(SqliteConnection connection, string sql)
    {
        using var command = new SqliteCommand(sql, connection);
        return command.ExecuteScalar()?.ToString();
    }
}
