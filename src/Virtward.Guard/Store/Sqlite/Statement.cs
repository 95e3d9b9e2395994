using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Virtward.Guard.Store.Sqlite;

/// <summary>One prepared statement, kept for as long as its connection and run again and again. Its parameters are ?1, ?2 …</summary>
public sealed class Statement : IDisposable
{
    private readonly SqliteCommand _command;

    /// <summary>Prepares a statement.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="parameters">How many parameters it has.</param>
    /// <param name="sql">The statement.</param>
    public Statement(SqliteConnection connection, int parameters, string sql)
    {
        _command = new SqliteCommand(sql, connection);
        for (int i = 1; i <= parameters; i++)
        {
            _command.Parameters.Add(new SqliteParameter { ParameterName = string.Create(CultureInfo.InvariantCulture, $"?{i}") });
        }

        _command.Prepare();
    }

    /// <summary>Runs it and returns how many rows it changed.</summary>
    public int Run(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteNonQuery();
    }

    /// <summary>Runs it and hands out its rows; to be disposed of before the next run.</summary>
    public SqliteDataReader Read(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteReader();
    }

    /// <inheritdoc/>
    public void Dispose() => _command.Dispose();

    private void Bind(ReadOnlySpan<object?> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            _command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }
    }
}
