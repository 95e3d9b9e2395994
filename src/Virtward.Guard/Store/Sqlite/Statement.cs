using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Virtward.Guard.Store.Sqlite;

/// <summary>
/// One prepared statement, kept for as long as its connection and run again and again. It speaks SQLite's own interface
/// (sqlite.org/c3ref): SqliteCommand looks parameters up by name on every run, which costs more than an insert.
/// </summary>
public sealed class Statement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    /// <summary>Prepares a statement; its parameters are ?1, ?2 …</summary>
    /// <exception cref="SqliteException">It does not fit the tables, or they cannot be read.</exception>
    public Statement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle!;
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(_database, sql, out _statement), _database);
    }

    /// <summary>Runs a statement that changes rows.</summary>
    /// <param name="values">The parameters: long, int, bool, double, string, byte[] or null.</param>
    /// <returns>How many rows it inserted, updated or deleted.</returns>
    public int Run(params ReadOnlySpan<object?> values)
    {
        First(static _ => true, values);
        return raw.sqlite3_changes(_database);
    }

    /// <summary>Runs it and converts its first row; the default where there is none.</summary>
    /// <param name="convert">Makes a value of a row, which is valid during the call only.</param>
    /// <param name="values">The parameters.</param>
    public T? First<T>(Func<Row, T> convert, params ReadOnlySpan<object?> values)
    {
        try
        {
            Bind(values);
            if (!Step())
            {
                return default;
            }

            T first = convert(new Row(_statement));
            while (Step())
            {
            }

            return first;
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>Runs it and converts all its rows.</summary>
    /// <param name="convert">Makes a value of a row, which is valid during the call only.</param>
    /// <param name="values">The parameters.</param>
    public List<T> All<T>(Func<Row, T> convert, params ReadOnlySpan<object?> values)
    {
        List<T> rows = [];
        ForEach(row => rows.Add(convert(row)), values);
        return rows;
    }

    /// <summary>Runs it and hands out its rows one by one.</summary>
    /// <param name="take">Takes a row, which is valid during the call only.</param>
    /// <param name="values">The parameters.</param>
    public void ForEach(Action<Row> take, params ReadOnlySpan<object?> values)
    {
        try
        {
            Bind(values);
            var row = new Row(_statement);
            while (Step())
            {
                take(row);
            }
        }
        finally
        {
            Reset();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _statement.Dispose();

    private bool Step()
    {
        int code = raw.sqlite3_step(_statement);
        if (code is not (raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            SqliteException.ThrowExceptionForRC(code, _database);
        }

        return code == raw.SQLITE_ROW;
    }

    private void Bind(ReadOnlySpan<object?> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            int code = values[i] switch
            {
                null => raw.sqlite3_bind_null(_statement, i + 1),
                long number => raw.sqlite3_bind_int64(_statement, i + 1, number),
                int number => raw.sqlite3_bind_int64(_statement, i + 1, number),
                bool flag => raw.sqlite3_bind_int64(_statement, i + 1, flag ? 1 : 0),
                double number => raw.sqlite3_bind_double(_statement, i + 1, number),
                string text => raw.sqlite3_bind_text(_statement, i + 1, text),
                byte[] bytes => raw.sqlite3_bind_blob(_statement, i + 1, bytes),
                object other => throw new ArgumentException($"a {other.GetType()} cannot be stored", nameof(values)),
            };
            SqliteException.ThrowExceptionForRC(code, _database);
        }
    }

    // Its return code is that of the last step, which has been thrown already.
    private void Reset() => _ = raw.sqlite3_reset(_statement);
}
