using System.Text;
using Microsoft.Data.Sqlite;
using Virtward.Core.Net;
using Virtward.Core.Time;
using Virtward.Guard.Bans;

namespace Virtward.Guard.Store.Sqlite;

/// <summary>Reads rows of the table of bans.</summary>
public static class BanRows
{
    private const string Columns =
        "target, jail, origin, since, until, reason, evidence, sightings, members, repeats, simulated, ports, ended, cause, packets, bytes";

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
        using var command = new SqliteCommand($"SELECT {Columns} FROM bans WHERE live = $live AND until > $now ORDER BY since, id", connection);
        command.Parameters.AddWithValue("$live", live);
        command.Parameters.AddWithValue("$now", now.Microseconds);
        return Read(command).Select(stored => stored.Ban);
    }

    /// <summary>Target and jail of all bans in force or folded.</summary>
    public static List<(Prefix Target, string Jail)> ReadKeys(SqliteConnection connection)
    {
        using var command = new SqliteCommand("SELECT target, jail FROM bans WHERE live > 0", connection);
        using SqliteDataReader reader = command.ExecuteReader();
        List<(Prefix, string)> keys = [];
        while (reader.Read())
        {
            keys.Add((RowCodec.DecodeTarget(reader.GetFieldValue<byte[]>(0)), reader.GetString(1)));
        }

        return keys;
    }

    /// <summary>The bans that a query asks for, newest first.</summary>
    public static List<StoredBan> Find(SqliteConnection connection, BanQuery query)
    {
        using var command = new SqliteCommand { Connection = connection };
        var sql = new StringBuilder($"SELECT {Columns} FROM bans WHERE true");
        if (query.InForceAt is { } at)
        {
            sql.Append(" AND live = 1 AND until > $at");
            command.Parameters.AddWithValue("$at", at.Microseconds);
        }

        if (query.Jail is { } jail)
        {
            sql.Append(" AND jail = $jail");
            command.Parameters.AddWithValue("$jail", jail);
        }

        if (query.Target is { } target)
        {
            sql.Append(" AND ((target BETWEEN $first AND $last").Append(target.IsV4 ? ")" : $" AND NOT {AllOfV4})");
            sql.Append(" OR target IN (").AppendJoin(',', Around(target)).Append("))");
            command.Parameters.AddWithValue("$first", RowCodec.Encode(target));
            command.Parameters.AddWithValue("$last", RowCodec.EncodeLast(target));
        }

        sql.Append(" ORDER BY since DESC, id DESC LIMIT $limit");
        command.Parameters.AddWithValue("$limit", query.Limit);
        command.CommandText = sql.ToString();
        return Read(command);
    }

    private static List<StoredBan> Read(SqliteCommand command)
    {
        using SqliteDataReader reader = command.ExecuteReader();
        List<StoredBan> bans = [];
        while (reader.Read())
        {
            bans.Add(Read(reader));
        }

        return bans;
    }

    private static StoredBan Read(SqliteDataReader row)
    {
        var ban = new Ban
        {
            Target = RowCodec.DecodeTarget(row.GetFieldValue<byte[]>(0)),
            Jail = row.GetString(1),
            Origin = Known((BanOrigin)row.GetInt64(2)),
            Since = new UnixTime(row.GetInt64(3)),
            Until = new UnixTime(row.GetInt64(4)),
            Reason = row.GetString(5),
            Evidence = row.IsDBNull(6) ? null : row.GetString(6),
            Sightings = RowCodec.DecodeCount(row.GetInt64(7)),
            Members = RowCodec.DecodeCount(row.GetInt64(8)),
            Repeats = RowCodec.DecodeCount(row.GetInt64(9)),
            Simulated = row.GetInt64(10) != 0,
            Ports = RowCodec.DecodePorts(row.GetString(11)),
        };
        UnixTime? ended = row.IsDBNull(12) ? null : new UnixTime(row.GetInt64(12));
        UnbanCause? cause = row.IsDBNull(13) ? null : Known((UnbanCause)row.GetInt64(13));
        return new StoredBan(ban, ended, cause, row.GetInt64(14), row.GetInt64(15));
    }

    // The literals of all prefixes around one: at most 128, each found in the index.
    private static IEnumerable<string> Around(Prefix target)
    {
        for (int length = target.Length - 1; length >= 0; length--)
        {
            yield return $"x'{Convert.ToHexString(RowCodec.Encode(target.Widen(length)))}'";
        }
    }

    private static T Known<T>(T value)
        where T : struct, Enum => Enum.IsDefined(value) ? value : throw new DamagedRowException("a number stands for nothing known");
}
