using Microsoft.Data.Sqlite;
using Virtward.Core.Net;
using Virtward.Core.Time;
using Virtward.Guard.Bans;
using Virtward.Guard.Jails;

namespace Virtward.Guard.Store.Sqlite;

/// <summary>Writes the table of bans. The caller opens and ends the transaction.</summary>
public sealed class BanTable : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Statement _live;
    private readonly Statement _insert;
    private readonly Statement _update;
    private readonly Statement _end;
    private readonly Statement _unfold;
    private readonly Statement _stopped;

    /// <summary>Prepares the statements.</summary>
    public BanTable(SqliteConnection connection)
    {
        _connection = connection;
        _live = new Statement(connection, "SELECT id, since, live FROM bans WHERE target = ?1 AND jail = ?2 AND live > 0");
        _insert = new Statement(connection, """
            INSERT INTO bans (target, jail, origin, since, until, reason, evidence, sightings, members, repeats, simulated, ports)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            """);
        // A ban that comes back from a prefix ban may come without the line that once decided. A row that is as it should be is not written:
        // a whole state is mostly such rows.
        _update = new Statement(connection, """
            UPDATE bans SET live = 1, ended = NULL, cause = NULL, origin = ?2, until = ?3, reason = ?4, evidence = coalesce(?5, evidence),
                sightings = ?6, members = ?7, repeats = ?8, simulated = ?9, ports = ?10
            WHERE id = ?1 AND (live, until, reason, sightings, members, repeats, simulated) IS NOT (1, ?3, ?4, ?6, ?7, ?8, ?9)
            """);
        _end = new Statement(connection, "UPDATE bans SET live = ?2, ended = ?3, cause = ?4 WHERE id = ?1");
        _unfold = new Statement(connection, "UPDATE bans SET live = 0 WHERE id = ?1");
        _stopped = new Statement(connection, """
            UPDATE bans SET packets = packets + ?2, bytes = bytes + ?3
            WHERE id = (SELECT id FROM bans WHERE target = ?1 ORDER BY live = 1 DESC, id DESC LIMIT 1)
            RETURNING jail
            """);
    }

    /// <summary>Writes a ban that begins. One of the same target, jail and beginning is brought up to date instead.</summary>
    /// <returns>Whether it is a new one.</returns>
    public bool Begin(Ban ban)
    {
        byte[] target = RowCodec.Encode(ban.Target);
        string? evidence = RowCodec.Cut(ban.Evidence, RowCodec.MaxEvidence);
        string ports = RowCodec.Encode(ban.Ports);
        if (Live(target, ban.Jail) is var (id, since, folded))
        {
            if (since == ban.Since)
            {
                _update.Run(
                    id, (int)ban.Origin, ban.Until.Microseconds, ban.Reason, evidence, ban.Sightings, ban.Members, ban.Repeats,
                    ban.Simulated, ports);
                return false;
            }

            if (folded)
            {
                _unfold.Run(id);
            }
            else
            {
                _end.Run(id, BanRows.Over, ban.Since.Microseconds, (int)UnbanCause.Replaced);
            }
        }

        _insert.Run(
            target, ban.Jail, (int)ban.Origin, ban.Since.Microseconds, ban.Until.Microseconds, ban.Reason, evidence, ban.Sightings,
            ban.Members, ban.Repeats, ban.Simulated, ports);
        return true;
    }

    /// <summary>Ends a ban that is in force or folded; any other is left as it is.</summary>
    public void End(Prefix target, string jail, UnixTime at, UnbanCause cause)
    {
        if (Live(RowCodec.Encode(target), jail) is var (id, _, _))
        {
            _end.Run(id, cause == UnbanCause.Folded ? BanRows.Folded : BanRows.Over, at.Microseconds, (int)cause);
        }
    }

    /// <summary>Ends what was over by a time: the time of a ban that no guard was there to end is its own.</summary>
    public void EndExpired(UnixTime now)
    {
        using var inForce = new Statement(_connection, "UPDATE bans SET live = 0, ended = until, cause = ?2 WHERE live = 1 AND until <= ?1");
        inForce.Run(now.Microseconds, (int)UnbanCause.Expired);
        using var folded = new Statement(_connection, "UPDATE bans SET live = 0 WHERE live = 2 AND until <= ?1");
        folded.Run(now.Microseconds);
    }

    /// <summary>Makes the bans that are live those of a whole state.</summary>
    /// <param name="state">The state.</param>
    /// <param name="now">The time of the state.</param>
    /// <param name="began">Told of each ban that was not known.</param>
    public void Replace(GuardState state, UnixTime now, Action<Ban> began)
    {
        HashSet<(Prefix, string)> live = [.. state.Bans.Concat(state.Folded).Select(ban => (ban.Target, ban.Jail))];
        EndExpired(now);
        foreach ((Prefix target, string jail) in BanRows.ReadKeys(_connection))
        {
            if (!live.Contains((target, jail)))
            {
                // Nobody has told why it ended before its time; only an administrator does that.
                End(target, jail, now, UnbanCause.ByHand);
            }
        }

        foreach (Ban ban in state.Folded)
        {
            if (Live(RowCodec.Encode(ban.Target), ban.Jail) is not { Folded: true } known || known.Since != ban.Since)
            {
                Add(ban);
                End(ban.Target, ban.Jail, now, UnbanCause.Folded);
            }
        }

        foreach (Ban ban in state.Bans)
        {
            Add(ban);
        }

        void Add(Ban ban)
        {
            if (Begin(ban))
            {
                began(ban);
            }
        }
    }

    /// <summary>Books stopped traffic.</summary>
    /// <returns>The jail of the ban that it was booked on; null where the target was never banned.</returns>
    public string? Stopped(StoppedTraffic stopped) =>
        _stopped.First(row => row.Text(0), RowCodec.Encode(stopped.Target), stopped.Packets, stopped.Bytes);

    /// <inheritdoc/>
    public void Dispose()
    {
        _live.Dispose();
        _insert.Dispose();
        _update.Dispose();
        _end.Dispose();
        _unfold.Dispose();
        _stopped.Dispose();
    }

    private LiveRow? Live(byte[] target, string jail) => _live.First(
        row => new LiveRow(row.Number(0), new UnixTime(row.Number(1)), row.Number(2) == BanRows.Folded), target, jail);

    private sealed record LiveRow(long Id, UnixTime Since, bool Folded);
}
