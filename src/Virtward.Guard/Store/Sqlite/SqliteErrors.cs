using Microsoft.Data.Sqlite;
using Virtward.Core.Results;

namespace Virtward.Guard.Store.Sqlite;

/// <summary>What SQLite's result codes (sqlite.org/rescode.html) mean to a person.</summary>
public static class SqliteErrors
{
    /// <summary>SQLITE_ERROR: a statement that does not fit the tables.</summary>
    public const int Error = 1;

    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    /// <summary>
    /// Whether the file itself is damaged. A plain SQL error counts: every statement is a constant of ours, so one that does not fit
    /// the tables means that the tables are not those of our schema.
    /// </summary>
    public static bool IsDamage(SqliteException error) => error.SqliteErrorCode is Corrupt or NotADatabase or Error;

    /// <summary>The error as a problem.</summary>
    /// <param name="error">What SQLite said.</param>
    /// <param name="what">What failed: "cannot write the guard's state".</param>
    /// <param name="path">The database.</param>
    public static Problem ToProblem(SqliteException error, string what, string path) => error.SqliteErrorCode switch
    {
        Full => new Problem($"{what}, the disk is full", path, "free some space"),
        Busy or Locked => new Problem($"{what}, another process holds the database", path, "try again"),
        ReadOnly => new Problem($"{what}, it is read-only", path, "run it as root, and see that the file system is writable"),
        CannotOpen => new Problem($"{what}, it cannot be opened", path, "run it as root, and see that the directory exists"),
        _ when IsDamage(error) => new Problem($"{what}, the database is damaged", path, "start the guard, which moves it aside"),
        _ => new Problem($"{what}, {error.Message}", path),
    };
}
