using System.Buffers.Binary;
using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Virtward.Core.Net;
using Virtward.Core.Time;
using Virtward.Guard.Jails;

namespace Virtward.Guard.Store.Sqlite;

/// <summary>Writes and reads what the engine remembers besides bans. The caller opens and ends the transaction.</summary>
public sealed class EngineTables : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Statement _attacker;
    private readonly Statement _attackerGone;
    private readonly Statement _repeat;
    private readonly Statement _repeatGone;
    private readonly Statement _evidence;
    private readonly Statement _evidenceGone;
    private readonly Statement _knownGood;
    private readonly Statement _knownGoodGone;
    private readonly Statement _siege;
    private readonly Statement _levelsGone;
    private readonly Statement _level;

    /// <summary>Prepares the statements.</summary>
    public EngineTables(SqliteConnection connection)
    {
        _connection = connection;
        _attacker = new Statement(connection, "INSERT OR REPLACE INTO attackers (subject, jail, last_seen, forgiven_at, attempts) VALUES (?1, ?2, ?3, ?4, ?5)");
        _attackerGone = new Statement(connection, "DELETE FROM attackers WHERE subject = ?1 AND jail = ?2");
        _repeat = new Statement(connection, "INSERT OR REPLACE INTO repeats (subject, jail, count, last_ban, forget_at) VALUES (?1, ?2, ?3, ?4, ?5)");
        _repeatGone = new Statement(connection, "DELETE FROM repeats WHERE subject = ?1 AND jail = ?2");
        _evidence = new Statement(connection, "INSERT OR REPLACE INTO evidence (subject, at) VALUES (?1, ?2)");
        _evidenceGone = new Statement(connection, "DELETE FROM evidence WHERE subject = ?1");
        _knownGood = new Statement(connection, "INSERT OR REPLACE INTO known_good (subject, last_success) VALUES (?1, ?2)");
        _knownGoodGone = new Statement(connection, "DELETE FROM known_good WHERE subject = ?1");
        _siege = new Statement(connection, "INSERT OR REPLACE INTO siege (id, since, reason) VALUES (1, ?1, ?2)");
        _levelsGone = new Statement(connection, "DELETE FROM normal_levels");
        _level = new Statement(connection, "INSERT OR REPLACE INTO normal_levels (meter, sources, failures) VALUES (?1, ?2, ?3)");
    }

    /// <summary>Writes what changed.</summary>
    public void Write(GuardChanges changes)
    {
        foreach ((string jail, Prefix subject) in changes.AttackersGone)
        {
            _attackerGone.Run(RowCodec.Encode(subject), jail);
        }

        foreach ((string jail, Prefix subject) in changes.RepeatsGone)
        {
            _repeatGone.Run(RowCodec.Encode(subject), jail);
        }

        foreach (Prefix subject in changes.EvidenceGone)
        {
            _evidenceGone.Run(RowCodec.Encode(subject));
        }

        foreach (Prefix subject in changes.KnownGoodGone)
        {
            _knownGoodGone.Run(RowCodec.Encode(subject));
        }

        Put(changes.Attackers, changes.Repeats, changes.Evidence, changes.KnownGood);
        if (changes.Siege is { } siege)
        {
            Put(siege);
        }
    }

    /// <summary>Makes the tables those of a whole state.</summary>
    public void Replace(GuardState state)
    {
        using (var clear = new SqliteCommand(
            "DELETE FROM attackers; DELETE FROM repeats; DELETE FROM evidence; DELETE FROM known_good", _connection))
        {
            clear.ExecuteNonQuery();
        }

        Put(state.Attackers, state.Repeats, state.Evidence, state.KnownGood);
        Put(state.Siege);
    }

    /// <summary>Reads all of it; the bans are left to <see cref="BanRows"/>.</summary>
    public static GuardState Read(SqliteConnection connection) => new()
    {
        Attackers = Rows(connection, "SELECT subject, jail, last_seen, forgiven_at, attempts FROM attackers", row => new AttackerRecord(
            row.Text(1), Target(row), Time(row, 2), Time(row, 3), Attempts(row.Bytes(4)))),
        Repeats = Rows(connection, "SELECT subject, jail, count, last_ban, forget_at FROM repeats", row => new RepeatRecord(
            row.Text(1), Target(row), RowCodec.DecodeCount(row.Number(2)), Time(row, 3), Time(row, 4))),
        Evidence = Rows(connection, "SELECT subject, at FROM evidence", row => new EvidenceRecord(Target(row), Time(row, 1))),
        KnownGood = Rows(connection, "SELECT subject, last_success FROM known_good", row => new KnownGoodRecord(Target(row), Time(row, 1))),
        Siege = ReadSiege(connection),
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Statement statement in (ReadOnlySpan<Statement>)
            [_attacker, _attackerGone, _repeat, _repeatGone, _evidence, _evidenceGone, _knownGood, _knownGoodGone, _siege, _levelsGone, _level])
        {
            statement.Dispose();
        }
    }

    private void Put(
        ImmutableArray<AttackerRecord> attackers,
        ImmutableArray<RepeatRecord> repeats,
        ImmutableArray<EvidenceRecord> evidence,
        ImmutableArray<KnownGoodRecord> knownGood)
    {
        foreach (AttackerRecord record in attackers)
        {
            _attacker.Run(
                RowCodec.Encode(record.Subject), record.Jail, record.LastSeen.Microseconds, record.ForgivenAt.Microseconds,
                Attempts(record.Attempts));
        }

        foreach (RepeatRecord record in repeats)
        {
            _repeat.Run(
                RowCodec.Encode(record.Subject), record.Jail, record.Count, record.LastBan.Microseconds, record.ForgetAt.Microseconds);
        }

        foreach (EvidenceRecord record in evidence)
        {
            _evidence.Run(RowCodec.Encode(record.Subject), record.At.Microseconds);
        }

        foreach (KnownGoodRecord record in knownGood)
        {
            _knownGood.Run(RowCodec.Encode(record.Subject), record.LastSuccess.Microseconds);
        }
    }

    private void Put(SiegeRecord siege)
    {
        _siege.Run(siege.Since.Microseconds, siege.Reason);
        _levelsGone.Run();
        foreach (NormalLevel level in siege.Levels)
        {
            _level.Run(level.Meter, level.Sources, level.Failures);
        }
    }

    private static SiegeRecord ReadSiege(SqliteConnection connection)
    {
        ImmutableArray<NormalLevel> levels = Rows(
            connection,
            "SELECT meter, sources, failures FROM normal_levels ORDER BY meter",
            row => new NormalLevel(row.Text(0), row.Real(1), row.Real(2)));
        return Rows(connection, "SELECT since, reason FROM siege", row => new SiegeRecord(Time(row, 0), row.Text(1), levels))
            .SingleOrDefault(SiegeRecord.None with { Levels = levels });
    }

    private static ImmutableArray<T> Rows<T>(SqliteConnection connection, string sql, Func<Row, T> convert)
    {
        using var statement = new Statement(connection, sql);
        return [.. statement.All(convert)];
    }

    private static Prefix Target(Row row) => RowCodec.DecodeTarget(row.Bytes(0));

    private static UnixTime Time(Row row, int column) => new(row.Number(column));

    // Eight bytes a time, little-endian.
    private static byte[] Attempts(ImmutableArray<long> times)
    {
        var column = new byte[times.Length * sizeof(long)];
        for (int i = 0; i < times.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(column.AsSpan(i * sizeof(long)), times[i]);
        }

        return column;
    }

    private static ImmutableArray<long> Attempts(ReadOnlySpan<byte> column)
    {
        if (column.Length % sizeof(long) != 0)
        {
            throw new DamagedRowException("attempts are no list of times");
        }

        ImmutableArray<long>.Builder times = ImmutableArray.CreateBuilder<long>(column.Length / sizeof(long));
        for (int at = 0; at < column.Length; at += sizeof(long))
        {
            times.Add(BinaryPrimitives.ReadInt64LittleEndian(column[at..]));
        }

        return times.MoveToImmutable();
    }
}
