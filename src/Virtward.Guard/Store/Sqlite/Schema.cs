using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Virtward.Core.Results;

namespace Virtward.Guard.Store.Sqlite;

/// <summary>
/// The database's tables and their history. <c>user_version</c> counts the steps that a file has been through; a new version of the
/// program adds steps and never changes an old one.
/// </summary>
public static class Schema
{
    /// <summary>Marks the file as ours, in SQLite's header: "VWRD".</summary>
    public const int ApplicationId = 0x56575244;

    // Times are microseconds since the epoch; a target is RowCodec's 17 bytes, whose order is the order of addresses.
    // live: 1 in force, 2 folded into a prefix ban and to come back if that ends first, 0 over; one live row per target and jail.
    private const string First = """
        CREATE TABLE bans (
            id INTEGER PRIMARY KEY,
            target BLOB NOT NULL,
            jail TEXT NOT NULL,
            origin INTEGER NOT NULL,
            since INTEGER NOT NULL,
            until INTEGER NOT NULL,
            reason TEXT NOT NULL,
            evidence TEXT,
            sightings INTEGER NOT NULL,
            members INTEGER NOT NULL,
            repeats INTEGER NOT NULL,
            simulated INTEGER NOT NULL,
            ports TEXT NOT NULL,
            live INTEGER NOT NULL DEFAULT 1,
            ended INTEGER,
            cause INTEGER,
            packets INTEGER NOT NULL DEFAULT 0,
            bytes INTEGER NOT NULL DEFAULT 0,
            CHECK ((live = 1) = (ended IS NULL) AND (ended IS NULL) = (cause IS NULL))
        ) STRICT;
        CREATE UNIQUE INDEX bans_live ON bans (target, jail) WHERE live > 0;
        CREATE INDEX bans_target ON bans (target);

        CREATE TABLE attackers (
            subject BLOB NOT NULL,
            jail TEXT NOT NULL,
            last_seen INTEGER NOT NULL,
            forgiven_at INTEGER NOT NULL,
            attempts BLOB NOT NULL,
            PRIMARY KEY (subject, jail)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE repeats (
            subject BLOB NOT NULL,
            jail TEXT NOT NULL,
            count INTEGER NOT NULL,
            last_ban INTEGER NOT NULL,
            forget_at INTEGER NOT NULL,
            PRIMARY KEY (subject, jail)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE evidence (
            subject BLOB PRIMARY KEY,
            at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE known_good (
            subject BLOB PRIMARY KEY,
            last_success INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE siege (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            since INTEGER NOT NULL,
            reason TEXT NOT NULL
        ) STRICT;

        CREATE TABLE normal_levels (
            meter TEXT PRIMARY KEY,
            sources REAL NOT NULL,
            failures REAL NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE positions (
            source TEXT PRIMARY KEY,
            position TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE never_ban (
            target BLOB PRIMARY KEY,
            since INTEGER NOT NULL,
            until INTEGER NOT NULL,
            comment TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE journal (
            id INTEGER PRIMARY KEY,
            time INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            text TEXT NOT NULL
        ) STRICT;

        CREATE TABLE days (
            day INTEGER NOT NULL,
            jail TEXT NOT NULL,
            bans INTEGER NOT NULL,
            prefix_bans INTEGER NOT NULL,
            spared INTEGER NOT NULL,
            packets INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            PRIMARY KEY (day, jail)
        ) STRICT, WITHOUT ROWID;
        """;

    // For the status, which counts the bans in force and reads none.
    private const string CountedBans =
        "CREATE INDEX bans_in_force ON bans (target, until, members, origin) WHERE live = 1 AND simulated = 0;";

    /// <summary>The steps from an empty file to the tables of this program, oldest first.</summary>
    public static ImmutableArray<string> Steps { get; } = [First, CountedBans];

    /// <summary>
    /// Brings a database to the given steps in one transaction; one that has been through more of them, or that is another program's,
    /// is left alone and is a problem.
    /// </summary>
    /// <param name="connection">An open, writable connection.</param>
    /// <param name="path">The file, for the message.</param>
    /// <param name="steps">The steps, <see cref="Steps"/> but in tests.</param>
    public static Result<Done> Migrate(SqliteConnection connection, string path, ImmutableArray<string> steps)
    {
        if (!Check(connection, path, steps.Length).TryGet(out int version, out Problem? problem))
        {
            return problem;
        }

        if (version == steps.Length)
        {
            return default(Done);
        }

        string script = string.Join('\n', steps.Skip(version));
        try
        {
            Run(connection, string.Create(
                CultureInfo.InvariantCulture,
                $"BEGIN IMMEDIATE; {script} PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {steps.Length}; COMMIT;"));
            return default(Done);
        }
        catch (SqliteException error) when (error.SqliteErrorCode == SqliteErrors.Error)
        {
            // Not damage: a step and the tables do not fit together. The transaction ends with the connection.
            return new Problem($"cannot bring the database up to date, {error.Message}", path, "name another state directory");
        }
    }

    /// <summary>The number of steps that a database has been through, if it is ours and none is unknown to us.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="path">The file, for the message.</param>
    /// <param name="known">How many steps this program knows.</param>
    public static Result<int> Check(SqliteConnection connection, string path, int known)
    {
        long version = Read(connection, "PRAGMA user_version");
        long owner = Read(connection, "PRAGMA application_id");
        if (owner != ApplicationId && (owner != 0 || version != 0 || Read(connection, "SELECT count(*) FROM sqlite_schema") != 0))
        {
            return new Problem("the database belongs to another program", path, "name another state directory");
        }

        if (version > known || version < 0)
        {
            return new Problem(
                $"the database was written by a newer virtward (schema {version}, this one knows up to {known})",
                path,
                "upgrade virtward, or name another state directory");
        }

        return (int)version;
    }

    private static long Read(SqliteConnection connection, string sql)
    {
        using var command = new SqliteCommand(sql, connection);
        return (long)command.ExecuteScalar()!;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = new SqliteCommand(sql, connection);
        command.ExecuteNonQuery();
    }
}
