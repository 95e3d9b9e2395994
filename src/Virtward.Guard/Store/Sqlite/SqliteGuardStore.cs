using Microsoft.Data.Sqlite;
using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Guard.Bans;

namespace Virtward.Guard.Store.Sqlite;

/// <summary>
/// The store in one SQLite file. A write-ahead log with <c>synchronous=NORMAL</c>: a commit is one append to the log without a wait
/// for the disk (docs/decisions says what that means for a crash).
/// </summary>
public sealed class SqliteGuardStore : IGuardStore
{
    private const string CannotRead = "cannot read the guard's state";
    private const string CannotWrite = "cannot write the guard's state";
    private const int PrunedAtOnce = 10_000;

    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection;
    private readonly string _path;
    private readonly bool _writable;
    private readonly CommitWriter? _writer;
    private readonly Statement? _begin;
    private readonly Statement? _commit;
    private Statement? _evidence;
    private bool _disposed;

    /// <summary>Takes over an open connection to a database whose schema is ours; <see cref="SqliteStoreFile"/> makes such.</summary>
    /// <param name="connection">The connection, the store's from now on.</param>
    /// <param name="path">The file, for messages.</param>
    /// <param name="writable">Whether it may be written to.</param>
    public SqliteGuardStore(SqliteConnection connection, string path, bool writable)
    {
        _connection = connection;
        _path = path;
        _writable = writable;
        if (writable)
        {
            _begin = new Statement(connection, "BEGIN IMMEDIATE");
            _commit = new Statement(connection, "COMMIT");
            _writer = new CommitWriter(connection);
        }
    }

    /// <inheritdoc/>
    public bool IsDamaged { get; private set; }

    /// <inheritdoc/>
    public Result<StoredState> Load(UnixTime now)
    {
        if (!Read(() => BanRows.ReadLive(_connection, now)).TryGet(out LiveBans? bans, out Problem? problem)
            || (_writable && !Write(() => EndExpired(now, bans.AnyExpired)).TryGet(out _, out problem)))
        {
            return problem;
        }

        return Read(() => new StoredState
        {
            Engine = EngineTables.Read(_connection) with { Bans = bans.InForce, Folded = bans.Folded },
            Positions = Rows("SELECT source, position FROM positions", row => (Source: row.Text(0), Text: row.Text(1)))
                .ToDictionary(row => row.Source, row => row.Text, StringComparer.Ordinal),
            NeverBan = Rows("SELECT target, since, until, comment FROM never_ban WHERE until > ?1 ORDER BY target", NeverBan, now.Microseconds),
        });
    }

    /// <inheritdoc/>
    public Result<Done> Commit(GuardCommit commit) => Write(() => _writer!.Write(commit));

    /// <inheritdoc/>
    public Result<IReadOnlyList<StoredBan>> Find(BanQuery query) => Read<IReadOnlyList<StoredBan>>(() => BanRows.Find(_connection, query));

    /// <inheritdoc/>
    public Result<IReadOnlyList<string?>> Evidence(IReadOnlyList<Ban> bans) => Read<IReadOnlyList<string?>>(() =>
    {
        // Outside a transaction each look would lock the file, look whether it has changed, and unlock it: most of what a look costs.
        using SqliteTransaction transaction = _connection.BeginTransaction(deferred: true);
        _evidence ??= new Statement(_connection, $"SELECT evidence FROM bans WHERE target = ?1 AND jail = ?2 AND live > 0 AND live = {BanRows.InForce}");
        var lines = new string?[bans.Count];
        for (int i = 0; i < lines.Length; i++)
        {
            lines[i] = _evidence.First(static row => row.IsNull(0) ? null : row.Text(0), RowCodec.Encode(bans[i].Target), bans[i].Jail);
        }

        transaction.Commit();
        return lines;
    });

    /// <inheritdoc/>
    public Result<ShutOut> CountInForce(UnixTime at) => Read(() => BanRows.CountInForce(_connection, at));

    /// <inheritdoc/>
    public Result<IReadOnlyList<DayTotal>> Days(UnixTime since) => Read<IReadOnlyList<DayTotal>>(() => Rows(
        "SELECT day, jail, bans, prefix_bans, spared, packets, bytes FROM days WHERE day >= ?1 ORDER BY day, jail",
        row => new DayTotal(
            DayTally.StartOf(row.Number(0)), row.Text(1), row.Number(2), row.Number(3), row.Number(4),
            row.Number(5), row.Number(6)),
        DayTally.DayOf(since)));

    /// <inheritdoc/>
    public Result<IReadOnlyList<PrefixTotal>> TopPrefixes(UnixTime since, int v4Length, int v6Length, int limit) =>
        Read(() =>
        {
            var tally = new PrefixTally(v4Length, v6Length);
            foreach ((Prefix target, long packets) in Rows(
                "SELECT target, packets FROM bans WHERE since >= ?1",
                row => (RowCodec.DecodeTarget(row.Bytes(0)), row.Number(1)),
                since.Microseconds))
            {
                tally.Count(target, packets);
            }

            return tally.Top(limit);
        });

    /// <inheritdoc/>
    public Result<IReadOnlyList<JournalEntry>> Journal(int limit) => Read<IReadOnlyList<JournalEntry>>(() => Rows(
        "SELECT time, kind, text FROM journal ORDER BY id DESC LIMIT ?1",
        row => new JournalEntry(new UnixTime(row.Number(0)), (JournalKind)row.Number(1), row.Text(2)),
        limit));

    /// <inheritdoc/>
    public Result<int> Prune(UnixTime endedBefore)
    {
        int deleted = 0;
        Result<Done> done = Write(() =>
        {
            using var delete = new Statement(_connection, "DELETE FROM bans WHERE id IN (SELECT id FROM bans WHERE live = 0 AND ended < ?1 ORDER BY id LIMIT ?2)");
            deleted = delete.Run(endedBefore.Microseconds, PrunedAtOnce);
        });
        return done.TryGet(out _, out Problem? problem) ? deleted : problem;
    }

    /// <summary>Closes the file. What is committed is safe; the write-ahead log is folded into the database where nobody else has it open.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            _writer?.Dispose();
            _begin?.Dispose();
            _commit?.Dispose();
            _evidence?.Dispose();
            _connection.Dispose();
        }
    }

    private static Allowance NeverBan(Row row) => new(
        RowCodec.DecodeTarget(row.Bytes(0)), new UnixTime(row.Number(1)), new UnixTime(row.Number(2)), row.Text(3));

    // Looking for expired bans reads the whole table: only where the caller has met some.
    private void EndExpired(UnixTime now, bool anyBan)
    {
        if (anyBan)
        {
            _writer!.EndExpired(now);
        }

        using var entries = new Statement(_connection, "DELETE FROM never_ban WHERE until <= ?1");
        entries.Run(now.Microseconds);
    }

    private List<T> Rows<T>(string sql, Func<Row, T> convert, params ReadOnlySpan<object?> values)
    {
        using var statement = new Statement(_connection, sql);
        return statement.All(convert, values);
    }

    private Result<T> Read<T>(Func<T> read)
    {
        lock (_gate)
        {
            try
            {
                return read();
            }
            catch (SqliteException error)
            {
                IsDamaged |= SqliteErrors.IsDamage(error);
                return SqliteErrors.ToProblem(error, CannotRead, _path);
            }
            catch (DamagedRowException)
            {
                IsDamaged = true;
                return new Problem($"{CannotRead}, the database is damaged", _path, "start the guard, which moves it aside");
            }
        }
    }

    private Result<Done> Write(Action write)
    {
        lock (_gate)
        {
            if (!_writable)
            {
                return new Problem($"{CannotWrite}, it was opened for reading only", _path);
            }

            try
            {
                _begin!.Run();
                write();
                _commit!.Run();
                return default(Done);
            }
            catch (SqliteException error)
            {
                IsDamaged |= SqliteErrors.IsDamage(error);
                RollBack();
                return SqliteErrors.ToProblem(error, CannotWrite, _path);
            }
        }
    }

    private void RollBack()
    {
        // On a full disk SQLite has rolled back by itself (sqlite.org/lang_transaction.html, "Response To Errors Within A Transaction").
        if (SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) != 0)
        {
            return;
        }

        try
        {
            using var rollback = new Statement(_connection, "ROLLBACK");
            rollback.Run();
        }
        catch (SqliteException)
        {
            // The next BEGIN tells whether the connection is still of use.
        }
    }
}
