using SQLitePCL;

namespace Virtward.Guard.Store.Sqlite;

/// <summary>The row that a statement stands on.</summary>
public readonly struct Row
{
    private readonly sqlite3_stmt _statement;

    /// <summary>Stands for a statement's current row.</summary>
    public Row(sqlite3_stmt statement) => _statement = statement;

    /// <summary>Whether a column is null.</summary>
    public bool IsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    /// <summary>A column's number; 0 where it is null.</summary>
    public long Number(int column) => raw.sqlite3_column_int64(_statement, column);

    /// <summary>A column's floating-point number; 0 where it is null.</summary>
    public double Real(int column) => raw.sqlite3_column_double(_statement, column);

    /// <summary>A column's text; empty where it is null.</summary>
    public string Text(int column) => raw.sqlite3_column_text(_statement, column).utf8_to_string() ?? "";

    /// <summary>A column's bytes, until the statement goes on; empty where it is null.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(_statement, column);
}
