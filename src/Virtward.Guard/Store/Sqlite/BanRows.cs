using System.Text;
using Microsoft.Data.Sqlite;
using Virtward.Core.Net;
using Virtward.Core.Time;
using Virtward.Guard.Bans;

namespace Virtward.Guard.Store.Sqlite;

/// <summary>Reads the table of bans.</summary>
public static class BanRows
{
    private const string Columns =
        "target, jail, origin, since, until, reason, evidence, sightings, members, repeats, simulated, ports, ended, cause, packets, bytes";

    private static readonly string WithoutEvidence = Columns.Replace("evidence", "NULL", StringComparison.Ordinal);

    // All of IPv4 as it lies in the order of targets: inside ::/n as bytes, but no part of it as a network.
    private const string AllOfV4 = "target BETWEEN x'00000000000000000000ffff0000000060' AND x'00000000000000000000ffffffffffff80'";

    /// <summary>The column <c>live</c> of a ban that is over.</summary>
    public const int Over = 0;

    /// <summary>The column <c>live</c> of a ban in force.</summary>
    public const int InForce = 1;

    /// <summary>The column <c>live</c> of a ban that a prefix ban took in and whose own time is not up.</summary>
    public const int Folded = 2;

    /// <summary>The bans whose column <c>live</c> has a value and whose time was not up by then, oldest first.</summary>
    public static IEnumerable<Ban> Live(SqliteConnection connection, int live, UnixTime now)
    {
        using var statement = new Statement(connection, $"SELECT {WithoutEvidence} FROM bans WHERE live = ?1 AND until > ?2 ORDER BY id");

        // Jails are few, and most reasons are the same few sentences: one string for all.
        HashSet<string> shared = new(StringComparer.Ordinal);
        return statement.All(row => Read(row, shared), live, now.Microseconds).Select(stored => stored.Ban);
    }

    /// <summary>Target and jail of all bans in force or folded.</summary>
    public static List<(Prefix Target, string Jail)> ReadKeys(SqliteConnection connection)
    {
        using var statement = new Statement(connection, "SELECT target, jail FROM bans WHERE live > 0");
        return statement.All(row => (RowCodec.DecodeTarget(row.Bytes(0)), row.Text(1)));
    }

    /// <summary>The bans that a query asks for, newest first.</summary>
    public static List<StoredBan> Find(SqliteConnection connection, BanQuery query)
    {
        var sql = new StringBuilder($"SELECT {Columns} FROM bans WHERE true");
        List<object?> values = [];
        if (query.InForceAt is { } at)
        {
            sql.Append($" AND live = {InForce} AND until > {Next(at.Microseconds)}");
        }

        if (query.Jail is { } jail)
        {
            sql.Append($" AND jail = {Next(jail)}");
        }

        if (query.Target is { } target)
        {
            sql.Append($" AND ((target BETWEEN {Next(RowCodec.Encode(target))} AND {Next(RowCodec.EncodeLast(target))}");
            sql.Append(target.IsV4 ? ")" : $" AND NOT {AllOfV4})");
            sql.Append(" OR target IN (").AppendJoin(',', Around(target).Select(around => Next(RowCodec.Encode(around)))).Append("))");
        }

        sql.Append($" ORDER BY id DESC LIMIT {Next(query.Limit)}");
        using var statement = new Statement(connection, sql.ToString());
        HashSet<string> shared = new(StringComparer.Ordinal);
        return statement.All(row => Read(row, shared), [.. values]);

        string Next(object value)
        {
            values.Add(value);
            return $"?{values.Count}";
        }
    }

    private static StoredBan Read(Row row, HashSet<string> shared)
    {
        var ban = new Ban
        {
            Target = RowCodec.DecodeTarget(row.Bytes(0)),
            Jail = Share(row.Text(1), shared),
            Origin = Known((BanOrigin)row.Number(2)),
            Since = new UnixTime(row.Number(3)),
            Until = new UnixTime(row.Number(4)),
            Reason = Share(row.Text(5), shared),
            Evidence = row.IsNull(6) ? null : row.Text(6),
            Sightings = RowCodec.DecodeCount(row.Number(7)),
            Members = RowCodec.DecodeCount(row.Number(8)),
            Repeats = RowCodec.DecodeCount(row.Number(9)),
            Simulated = row.Number(10) != 0,
            Ports = RowCodec.DecodePorts(row.Text(11)),
        };
        UnixTime? ended = row.IsNull(12) ? null : new UnixTime(row.Number(12));
        UnbanCause? cause = row.IsNull(13) ? null : Known((UnbanCause)row.Number(13));
        return new StoredBan(ban, ended, cause, row.Number(14), row.Number(15));
    }

    private static string Share(string text, HashSet<string> shared)
    {
        if (shared.TryGetValue(text, out string? known))
        {
            return known;
        }

        shared.Add(text);
        return text;
    }

    // All prefixes around one: at most 128, each found in the index.
    private static IEnumerable<Prefix> Around(Prefix target) => Enumerable.Range(0, target.Length).Select(target.Widen);

    private static T Known<T>(T value)
        where T : struct, Enum => Enum.IsDefined(value) ? value : throw new DamagedRowException("a number stands for nothing known");
}
