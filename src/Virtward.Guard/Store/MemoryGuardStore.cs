using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Guard.Sources;
using Virtward.Guard.Bans;
using Virtward.Guard.Jails;

namespace Virtward.Guard.Store;

/// <summary>The store without a file: for a replay, and for tests.</summary>
public sealed class MemoryGuardStore : IGuardStore
{
    private readonly Lock _gate = new();
    private readonly List<StoredBan> _bans = [];

    // Indexes into _bans: at most one ban in force or folded per target and jail.
    private readonly Dictionary<(Prefix Target, string Jail), int> _live = [];
    private readonly Dictionary<(string Jail, Prefix Subject), AttackerRecord> _attackers = [];
    private readonly Dictionary<(string Jail, Prefix Subject), RepeatRecord> _repeats = [];
    private readonly Dictionary<Prefix, EvidenceRecord> _evidence = [];
    private readonly Dictionary<Prefix, KnownGoodRecord> _knownGood = [];
    private readonly Dictionary<string, string> _positions = new(StringComparer.Ordinal);
    private readonly SortedDictionary<Prefix, Allowance> _neverBan = [];
    private readonly Queue<JournalEntry> _journal = [];
    private readonly DayTally _days = new();
    private SiegeRecord _siege = SiegeRecord.None;

    /// <inheritdoc/>
    public bool IsDamaged => false;

    /// <inheritdoc/>
    public Result<StoredState> Load(UnixTime now)
    {
        lock (_gate)
        {
            EndExpired(now);
            foreach (Allowance lapsed in _neverBan.Values.Where(entry => entry.Until <= now).ToList())
            {
                _neverBan.Remove(lapsed.Target);
            }

            List<StoredBan> live = [.. _live.Values.Order().Select(index => _bans[index])];
            return new StoredState
            {
                Engine = new GuardState
                {
                    Bans = [.. live.Where(stored => stored.Ended is null).Select(stored => stored.Ban with { Evidence = null })],
                    Folded = [.. live.Where(stored => stored.Ended is not null).Select(stored => stored.Ban with { Evidence = null })],
                    Attackers = [.. _attackers.Values],
                    Repeats = [.. _repeats.Values],
                    Evidence = [.. _evidence.Values],
                    KnownGood = [.. _knownGood.Values],
                    Siege = _siege,
                },
                Positions = new Dictionary<string, string>(_positions, StringComparer.Ordinal),
                NeverBan = [.. _neverBan.Values],
            };
        }
    }

    /// <inheritdoc/>
    public Result<Done> Commit(GuardCommit commit)
    {
        lock (_gate)
        {
            Apply(commit.Changes, commit.Time);
            foreach (Prefix target in commit.Disallowed)
            {
                _neverBan.Remove(target);
            }

            foreach (Allowance entry in commit.Allowed)
            {
                _neverBan[entry.Target] = entry;
            }

            foreach (SourcePosition position in commit.Positions)
            {
                _positions[position.Key] = position.Mark;
            }

            foreach (StoppedTraffic stopped in commit.Stopped)
            {
                Book(stopped, commit.Time);
            }

            foreach (GuardEvent guardEvent in commit.Events)
            {
                _days.Count(guardEvent);
            }

            foreach (JournalEntry entry in commit.Journal)
            {
                _journal.Enqueue(entry);
                if (_journal.Count > JournalEntry.Kept)
                {
                    _journal.Dequeue();
                }
            }

            return default(Done);
        }
    }

    /// <inheritdoc/>
    public Result<IReadOnlyList<StoredBan>> Find(BanQuery query)
    {
        lock (_gate)
        {
            List<StoredBan> found =
            [
                .. _bans
                    .Where(stored => query.InForceAt is not { } at || stored.IsInForce(at))
                    .Where(stored => query.Jail is null || stored.Ban.Jail == query.Jail)
                    .Where(stored => query.Target is not { } target || stored.Ban.Target.Overlaps(target))
                    .Reverse()
                    .Take(query.Limit),
            ];
            return found;
        }
    }

    /// <inheritdoc/>
    public Result<IReadOnlyList<string?>> Evidence(IReadOnlyList<Ban> bans)
    {
        lock (_gate)
        {
            return bans.Select(Of).ToList();
        }

        string? Of(Ban ban)
        {
            bool inForce = _live.TryGetValue((ban.Target, ban.Jail), out int index) && _bans[index].Ended is null;
            return inForce ? _bans[index].Ban.Evidence : null;
        }
    }

    /// <inheritdoc/>
    public Result<ShutOut> CountInForce(UnixTime at)
    {
        lock (_gate)
        {
            return ShutOutCounter.Of(_bans.Where(stored => stored.IsInForce(at) && !stored.Ban.Simulated).Select(stored => stored.Ban).OrderBy(ban => ban.Target), ban => ban.Target.Count);
        }
    }

    /// <inheritdoc/>
    public Result<IReadOnlyList<DayTotal>> Days(UnixTime since)
    {
        lock (_gate)
        {
            UnixTime first = DayTally.StartOf(DayTally.DayOf(since));
            List<DayTotal> days =
            [
                .. _days.Totals.Where(total => total.Day >= first).OrderBy(total => total.Day).ThenBy(total => total.Jail, StringComparer.Ordinal),
            ];
            return days;
        }
    }

    /// <inheritdoc/>
    public Result<IReadOnlyList<PrefixTotal>> TopPrefixes(UnixTime since, int v4Length, int v6Length, int limit)
    {
        lock (_gate)
        {
            var tally = new PrefixTally(v4Length, v6Length);
            foreach (StoredBan stored in _bans.Where(stored => stored.Ban.Since >= since))
            {
                tally.Count(stored.Ban.Target, stored.Packets);
            }

            return Result<IReadOnlyList<PrefixTotal>>.Ok(tally.Top(limit));
        }
    }

    /// <inheritdoc/>
    public Result<IReadOnlyList<JournalEntry>> Journal(int limit)
    {
        lock (_gate)
        {
            List<JournalEntry> last = [.. _journal.Reverse().Take(limit)];
            return last;
        }
    }

    /// <inheritdoc/>
    public Result<int> Prune(UnixTime endedBefore)
    {
        lock (_gate)
        {
            HashSet<int> live = [.. _live.Values];
            List<StoredBan> kept = [];
            _live.Clear();
            for (int i = 0; i < _bans.Count; i++)
            {
                StoredBan stored = _bans[i];
                if (live.Contains(i))
                {
                    _live[(stored.Ban.Target, stored.Ban.Jail)] = kept.Count;
                    kept.Add(stored);
                }
                else if (stored.Ended >= endedBefore)
                {
                    kept.Add(stored);
                }
            }

            int deleted = _bans.Count - kept.Count;
            _bans.Clear();
            _bans.AddRange(kept);
            return deleted;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Apply(GuardChanges changes, UnixTime now)
    {
        foreach (BanChange change in changes.Bans)
        {
            if (change.Ended is { } cause)
            {
                End((change.Ban.Target, change.Ban.Jail), change.At, cause);
            }
            else
            {
                Begin(change.Ban);
            }
        }

        changes.AttackersGone.ToList().ForEach(key => _attackers.Remove(key));
        changes.RepeatsGone.ToList().ForEach(key => _repeats.Remove(key));
        changes.EvidenceGone.ToList().ForEach(key => _evidence.Remove(key));
        changes.KnownGoodGone.ToList().ForEach(key => _knownGood.Remove(key));
        if (changes.Whole is { } whole)
        {
            Replace(whole, now);
            Put(new GuardChanges
            {
                Attackers = whole.Attackers,
                Repeats = whole.Repeats,
                Evidence = whole.Evidence,
                KnownGood = whole.KnownGood,
                Siege = whole.Siege,
            });
        }
        else
        {
            Put(changes);
        }
    }

    private void Put(GuardChanges changes)
    {
        foreach (AttackerRecord record in changes.Attackers)
        {
            _attackers[(record.Jail, record.Subject)] = record;
        }

        foreach (RepeatRecord record in changes.Repeats)
        {
            _repeats[(record.Jail, record.Subject)] = record;
        }

        foreach (EvidenceRecord record in changes.Evidence)
        {
            _evidence[record.Subject] = record;
        }

        foreach (KnownGoodRecord record in changes.KnownGood)
        {
            _knownGood[record.Subject] = record;
        }

        _siege = changes.Siege ?? _siege;
    }

    private void Replace(GuardState state, UnixTime now)
    {
        EndExpired(now);
        HashSet<(Prefix, string)> live = [.. state.Bans.Concat(state.Folded).Select(ban => (ban.Target, ban.Jail))];
        foreach ((Prefix, string) key in _live.Keys.Where(key => !live.Contains(key)).ToList())
        {
            End(key, now, UnbanCause.ByHand);
        }

        foreach (Ban ban in state.Folded)
        {
            (Prefix, string) key = (ban.Target, ban.Jail);
            if (!_live.TryGetValue(key, out int index) || _bans[index].Ended is null || _bans[index].Ban.Since != ban.Since)
            {
                Begin(ban);
                End(key, now, UnbanCause.Folded);
            }
        }

        foreach (Ban ban in state.Bans)
        {
            Begin(ban);
        }

        _attackers.Clear();
        _repeats.Clear();
        _evidence.Clear();
        _knownGood.Clear();
    }

    private void Begin(Ban ban)
    {
        (Prefix, string) key = (ban.Target, ban.Jail);
        if (_live.TryGetValue(key, out int index))
        {
            StoredBan known = _bans[index];
            if (known.Ban.Since == ban.Since)
            {
                _bans[index] = known with { Ban = ban with { Evidence = ban.Evidence ?? known.Ban.Evidence }, Ended = null, Cause = null };
                return;
            }

            if (known.Ended is null)
            {
                _bans[index] = known with { Ended = ban.Since, Cause = UnbanCause.Replaced };
            }
        }

        _live[key] = _bans.Count;
        _bans.Add(new StoredBan(ban, null, null, 0, 0));
        _days.Began(ban);
    }

    private void End((Prefix Target, string Jail) key, UnixTime at, UnbanCause cause)
    {
        if (!_live.TryGetValue(key, out int index))
        {
            return;
        }

        _bans[index] = _bans[index] with { Ended = at, Cause = cause };
        if (cause != UnbanCause.Folded)
        {
            _live.Remove(key);
        }
    }

    private void EndExpired(UnixTime now)
    {
        foreach (((Prefix, string) key, int index) in _live.Where(live => _bans[live.Value].Ban.Until <= now).ToList())
        {
            StoredBan stored = _bans[index];
            if (stored.Ended is null)
            {
                End(key, stored.Ban.Until, UnbanCause.Expired);
            }
            else
            {
                _live.Remove(key);
            }
        }
    }

    private void Book(StoppedTraffic stopped, UnixTime now)
    {
        int index = _bans.FindLastIndex(stored => stored.Ban.Target == stopped.Target && stored.Ended is null);
        index = index >= 0 ? index : _bans.FindLastIndex(stored => stored.Ban.Target == stopped.Target);
        if (index >= 0)
        {
            StoredBan stored = _bans[index];
            _bans[index] = stored with { Packets = stored.Packets + stopped.Packets, Bytes = stored.Bytes + stopped.Bytes };
            _days.Stopped(now, stored.Ban.Jail, stopped);
        }
    }
}
