using System.Collections.Immutable;
using System.Text;
using Microsoft.Data.Sqlite;
using Virtward.Core.Net;
using Virtward.Core.Time;
using Virtward.Guard.Bans;

namespace Virtward.Guard.Store.Sqlite;

/// <summary>Reads the table of bans.</summary>
public static class BanRows
{
    private const string BanColumns = "target, jail, origin, since, until, reason, sightings, members, repeats, simulated, ports";
    private const string StoredColumns = BanColumns + ", evidence, ended, cause, packets, bytes";
    private const int Live = 11;

    // All of IPv4 as it lies in the order of targets: inside ::/n as bytes, but no part of it as a network.
    private const string AllOfV4 = "target BETWEEN x'00000000000000000000ffff0000000060' AND x'00000000000000000000ffffffffffff80'";

    /// <summary>The column <c>live</c> of a ban that is over.</summary>
    public const int Over = 0;

    /// <summary>The column <c>live</c> of a ban in force.</summary>
    public const int InForce = 1;

    /// <summary>The column <c>live</c> of a ban that a prefix ban took in and whose own time is not up.</summary>
    public const int Folded = 2;

    /// <summary>Reads what a start needs, in one pass: the bans in force and the folded ones, oldest first and without their evidence.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="now">Bans whose time was up by then are left out.</param>
    public static LiveBans ReadLive(SqliteConnection connection, UnixTime now)
    {
        using var statement = new Statement(connection, $"SELECT {BanColumns}, live FROM bans WHERE live > 0 ORDER BY id");
        var reader = new BanReader();
        var inForce = ImmutableArray.CreateBuilder<Ban>();
        var folded = ImmutableArray.CreateBuilder<Ban>();
        bool anyExpired = false;
        statement.ForEach(row =>
        {
            Ban ban = reader.Read(row);
            if (ban.Until <= now)
            {
                anyExpired = true;
                return;
            }

            (row.Number(Live) == InForce ? inForce : folded).Add(ban);
        });
        return new LiveBans(inForce.DrainToImmutable(), folded.DrainToImmutable(), anyExpired);
    }

    /// <summary>Target and jail of all bans in force or folded.</summary>
    public static List<(Prefix Target, string Jail)> ReadKeys(SqliteConnection connection)
    {
        using var statement = new Statement(connection, "SELECT target, jail FROM bans WHERE live > 0");
        return statement.All(row => (RowCodec.DecodeTarget(row.Bytes(0)), row.Text(1)));
    }

    /// <summary>What the enforced bans in force come to. The index holds all that is asked for, in the order of targets: no ban is read.</summary>
    public static ShutOut CountInForce(SqliteConnection connection, UnixTime at)
    {
        using var statement = new Statement(connection, $"""
            SELECT target, members, origin FROM bans INDEXED BY bans_in_force
            WHERE live = {InForce} AND simulated = 0 AND until > ?1 ORDER BY target
            """);
        var counter = new ShutOutCounter();
        statement.ForEach(
            row => counter.Add(RowCodec.DecodeTarget(row.Bytes(0)), RowCodec.DecodeCount(row.Number(1)), (BanOrigin)row.Number(2)),
            at.Microseconds);
        return counter.Total;
    }

    /// <summary>The bans that a query asks for, newest first.</summary>
    public static List<StoredBan> Find(SqliteConnection connection, BanQuery query)
    {
        var sql = new StringBuilder($"SELECT {StoredColumns} FROM bans WHERE true");
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
        var reader = new BanReader();
        return statement.All(row => ReadStored(row, reader), [.. values]);

        string Next(object value)
        {
            values.Add(value);
            return $"?{values.Count}";
        }
    }

    private static StoredBan ReadStored(Row row, BanReader reader)
    {
        Ban ban = reader.Read(row) with { Evidence = row.IsNull(11) ? null : row.Text(11) };
        UnixTime? ended = row.IsNull(12) ? null : new UnixTime(row.Number(12));
        UnbanCause? cause = row.IsNull(13) ? null : RowCodec.Known((UnbanCause)row.Number(13));
        return new StoredBan(ban, ended, cause, row.Number(14), row.Number(15));
    }

    // All prefixes around one: at most 128, each found in the index.
    private static IEnumerable<Prefix> Around(Prefix target) => Enumerable.Range(0, target.Length).Select(target.Widen);
}
