using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Virtward.Core.Net;
using Virtward.Guard.Sources;
using Virtward.Guard.Jails;

namespace Virtward.Guard.Store.Sqlite;

/// <summary>Writes commits through statements that are prepared once. The caller opens and ends the transaction.</summary>
public sealed class CommitWriter : IDisposable
{
    private readonly BanTable _bans;
    private readonly EngineTables _engine;
    private readonly Statement _day;
    private readonly Statement _position;
    private readonly Statement _allow;
    private readonly Statement _disallow;
    private readonly Statement _journal;
    private readonly Statement _pruneJournal;

    /// <summary>Prepares the statements.</summary>
    public CommitWriter(SqliteConnection connection)
    {
        _bans = new BanTable(connection);
        _engine = new EngineTables(connection);
        _day = new Statement(connection, """
            INSERT INTO days (day, jail, bans, prefix_bans, spared, packets, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT (day, jail) DO UPDATE SET bans = bans + ?3, prefix_bans = prefix_bans + ?4, spared = spared + ?5,
                packets = packets + ?6, bytes = bytes + ?7
            """);
        _position = new Statement(connection, "INSERT OR REPLACE INTO positions (source, position) VALUES (?1, ?2)");
        _allow = new Statement(connection, "INSERT OR REPLACE INTO never_ban (target, since, until, comment) VALUES (?1, ?2, ?3, ?4)");
        _disallow = new Statement(connection, "DELETE FROM never_ban WHERE target = ?1");
        _journal = new Statement(connection, "INSERT INTO journal (time, kind, text) VALUES (?1, ?2, ?3)");
        _pruneJournal = new Statement(connection, "DELETE FROM journal WHERE id <= (SELECT max(id) FROM journal) - ?1");
    }

    /// <summary>Writes one commit.</summary>
    public void Write(GuardCommit commit)
    {
        var days = new DayTally();
        Write(commit.Changes, commit, days);
        foreach (Prefix target in commit.Disallowed)
        {
            _disallow.Run(RowCodec.Encode(target));
        }

        foreach (Allowance entry in commit.Allowed)
        {
            _allow.Run(RowCodec.Encode(entry.Target), entry.Since.Microseconds, entry.Until.Microseconds, entry.Comment);
        }

        foreach (SourcePosition position in commit.Positions)
        {
            _position.Run(position.Key, position.Mark);
        }

        foreach (StoppedTraffic stopped in commit.Stopped)
        {
            if (_bans.Stopped(stopped) is { } jail)
            {
                days.Stopped(commit.Time, jail, stopped);
            }
        }

        foreach (GuardEvent guardEvent in commit.Events)
        {
            days.Count(guardEvent);
        }

        Write(days);
        WriteJournal([.. commit.Journal]);
    }

    /// <summary>Ends what was over by a time.</summary>
    public void EndExpired(Core.Time.UnixTime now) => _bans.EndExpired(now);

    /// <inheritdoc/>
    public void Dispose()
    {
        _bans.Dispose();
        _engine.Dispose();
        _day.Dispose();
        _position.Dispose();
        _allow.Dispose();
        _disallow.Dispose();
        _journal.Dispose();
        _pruneJournal.Dispose();
    }

    private void Write(GuardChanges changes, GuardCommit commit, DayTally days)
    {
        foreach (BanChange change in changes.Bans)
        {
            if (change.Ended is { } cause)
            {
                _bans.End(change.Ban.Target, change.Ban.Jail, change.At, cause);
            }
            else if (_bans.Begin(change.Ban))
            {
                days.Began(change.Ban);
            }
        }

        if (changes.Whole is { } whole)
        {
            _bans.Replace(whole, commit.Time, days.Began);
            _engine.Replace(whole);
        }
        else
        {
            _engine.Write(changes);
        }
    }

    private void Write(DayTally days)
    {
        foreach (DayTotal total in days.Totals)
        {
            _day.Run(
                DayTally.DayOf(total.Day), total.Jail, total.Bans, total.PrefixBans, total.Spared, total.Packets, total.Bytes);
        }
    }

    private void WriteJournal(ImmutableArray<JournalEntry> entries)
    {
        foreach (JournalEntry entry in entries)
        {
            _journal.Run(entry.Time.Microseconds, (int)entry.Kind, entry.Text);
        }

        if (!entries.IsEmpty)
        {
            _pruneJournal.Run(JournalEntry.Kept);
        }
    }
}
