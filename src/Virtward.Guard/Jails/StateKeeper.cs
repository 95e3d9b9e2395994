using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Core.Time;
using Virtward.Guard.Bans;

namespace Virtward.Guard.Jails;

/// <summary>
/// The engine's memory as records and back. What comes back was in a database, so nothing in it is believed: times are held to what
/// is possible, keys to what is a subject, and each key comes back once.
/// </summary>
/// <param name="jails">The jails.</param>
/// <param name="ledger">The bans.</param>
/// <param name="prefixes">Who counts towards prefix bans.</param>
/// <param name="prefixRepeats">The earlier prefix bans.</param>
/// <param name="knownGood">Who has logged in.</param>
/// <param name="siege">The siege watch.</param>
public sealed class StateKeeper(
    Jail[] jails, BanLedger ledger, PrefixWatch prefixes, RepeatMemory prefixRepeats, RecencyTable<byte> knownGood, SiegeWatch siege)
{
    private const int MostRepeats = 10_000;
    private const int None = RecencyTable<byte>.None;

    // Stored records that are of no use, such as those of a jail that is no more: told once, to be deleted.
    private readonly List<(string Jail, Prefix Subject)> _strayAttackers = [];
    private readonly List<(string Jail, Prefix Subject)> _strayRepeats = [];
    private readonly List<Prefix> _strayEvidence = [];
    private readonly List<Prefix> _strayKnownGood = [];
    private bool _allChanged;

    /// <summary>The whole state.</summary>
    public GuardState Save(UnixTime now) => new()
    {
        Bans = [.. ledger.Book.All],
        Folded = [.. ledger.Folded.Where(ban => ban.Until > now)],
        Attackers = [.. jails.SelectMany(static jail => Indexes(jail.Attackers).Select(index => AttackerAt(jail, index)))],
        Repeats =
        [
            .. jails.SelectMany(static jail => Indexes(jail.Repeats.Entries).Select(index => RepeatAt(jail, index)))
                .Concat(Indexes(prefixRepeats.Entries).Select(PrefixRepeatAt))
                .Where(record => record.ForgetAt > now),
        ],
        Evidence = [.. Indexes(prefixes.Evidence).Select(EvidenceAt)],
        KnownGood = [.. Indexes(knownGood).Select(KnownGoodAt)],
        Siege = siege.Save(),
    };

    /// <summary>Makes the next <see cref="DrainChanges"/> hand out the whole state.</summary>
    public void MarkAllChanged() => _allChanged = true;

    /// <summary>What changed since the last time.</summary>
    public GuardChanges DrainChanges(UnixTime now)
    {
        if (_allChanged || ledger.Overflowed || prefixes.Evidence.Overflowed || prefixRepeats.Entries.Overflowed || knownGood.Overflowed
            || jails.Any(static jail => jail.Attackers.Overflowed || jail.Repeats.Entries.Overflowed))
        {
            ForgetChanges();
            return new GuardChanges { Whole = Save(now) };
        }

        var attackers = new Drained<AttackerRecord, (string, Prefix)>(_strayAttackers);
        var repeats = new Drained<RepeatRecord, (string, Prefix)>(_strayRepeats);
        var evidence = new Drained<EvidenceRecord, Prefix>(_strayEvidence);
        var good = new Drained<KnownGoodRecord, Prefix>(_strayKnownGood);
        foreach (Jail jail in jails)
        {
            attackers.From(jail.Attackers, index => AttackerAt(jail, index), key => (jail.Name, SubjectOf(key)));
            repeats.From(jail.Repeats.Entries, index => RepeatAt(jail, index), key => (jail.Name, SubjectOf(key)));
        }

        repeats.From(prefixRepeats.Entries, PrefixRepeatAt, static key => (GuardEngine.PrefixJail, new NetworkKey(key).ToPrefix()));
        evidence.From(prefixes.Evidence, EvidenceAt, SubjectOf);
        good.From(knownGood, KnownGoodAt, SubjectOf);
        return new GuardChanges
        {
            Bans = [.. ledger.DrainChanges()],
            Attackers = attackers.Records,
            AttackersGone = attackers.Gone,
            Repeats = repeats.Records,
            RepeatsGone = repeats.Gone,
            Evidence = evidence.Records,
            EvidenceGone = evidence.Gone,
            KnownGood = good.Records,
            KnownGoodGone = good.Gone,
            Siege = siege.HasChanged ? siege.Save() : null,
        };
    }

    /// <summary>Takes back a state.</summary>
    public void Restore(GuardState state, UnixTime now, NeverBan neverBan)
    {
        RestoreBans(state, now, neverBan);
        foreach (AttackerRecord record in state.Attackers.OrderBy(static record => record.LastSeen))
        {
            if (!TryRestore(record, now))
            {
                _strayAttackers.Add((record.Jail, record.Subject));
            }
        }

        foreach (RepeatRecord record in state.Repeats.OrderBy(static record => record.LastBan))
        {
            if (!TryRestore(record, now))
            {
                _strayRepeats.Add((record.Jail, record.Subject));
            }
        }

        foreach (EvidenceRecord record in state.Evidence.OrderBy(static record => record.At))
        {
            if (!SubjectKey.TryFrom(record.Subject, out SubjectKey subject) || prefixes.Evidence.Find(subject.Bits) != None || !record.At.IsKnown)
            {
                _strayEvidence.Add(record.Subject);
                continue;
            }

            prefixes.Add(subject, Earlier(record.At, now));
        }

        foreach (KnownGoodRecord record in state.KnownGood.OrderBy(static record => record.LastSuccess).TakeLast(GuardEngine.MostKnownGood))
        {
            if (!SubjectKey.TryFrom(record.Subject, out SubjectKey subject) || knownGood.Find(subject.Bits) != None || !record.LastSuccess.IsKnown)
            {
                _strayKnownGood.Add(record.Subject);
                continue;
            }

            knownGood.Add(subject.Bits, Earlier(record.LastSuccess, now));
        }

        siege.Restore(state.Siege, now);
        RecallFailures(state, now, neverBan);
        ForgetTableChanges();
        prefixes.Expire(now);
    }

    // Who failed within the siege's window, as far as counted attempts and bans tell: or else a swarm that is gathering, or a siege that
    // is to be judged, would have a window to begin anew with each start.
    private void RecallFailures(GuardState state, UnixTime now, NeverBan neverBan)
    {
        UnixTime from = now - siege.Window;
        var failures = new Dictionary<(int Jail, SubjectKey Subject), (UnixTime At, int Attempts)>(state.Bans.Length);
        foreach (Ban ban in state.Bans.Concat(state.Folded).Where(static ban => ban.Origin == BanOrigin.Jail))
        {
            Note(ban.Jail, ban.Target, ban.Since, ban.Sightings);
        }

        foreach (AttackerRecord record in state.Attackers.Where(static record => !record.Attempts.IsDefaultOrEmpty))
        {
            Note(record.Jail, record.Subject, new UnixTime(record.Attempts.Max()), record.Attempts.Count(time => time > from.Microseconds));
        }

        foreach (((int jail, SubjectKey subject), (UnixTime at, int attempts)) in failures.OrderBy(static failure => failure.Value.At))
        {
            siege.Recall(jail, subject, attempts, at);
        }

        void Note(string name, Prefix source, UnixTime at, int attempts)
        {
            int index = at > from && at <= now ? Array.FindIndex(jails, jail => jail.Name == name && !jail.IsRecidive) : -1;
            if (index >= 0 && SubjectKey.TryFrom(source, out SubjectKey subject) && !neverBan.Spares(source, name))
            {
                failures[(index, subject)] = (at, Math.Max(attempts, 1));
            }
        }
    }

    private void RestoreBans(GuardState state, UnixTime now, NeverBan neverBan)
    {
        // The widest first, and of two with one key the one that lasts longer.
        foreach (Ban stored in state.Bans.OrderBy(static ban => ban.Target).ThenByDescending(static ban => ban.Until))
        {
            Ban ban = Possible(stored, now);
            UnbanCause? cause = CauseToDrop(ban, now, neverBan);
            if (cause is null && !ledger.Restore(ban) && !ledger.Book.TryGet(ban.Target, ban.Jail, out _))
            {
                cause = UnbanCause.Folded;
            }

            if (cause is { } ended)
            {
                ledger.NoteEnded(ban, now, ended);
            }
        }

        foreach (Ban stored in state.Folded)
        {
            Ban ban = Possible(stored, now);
            UnbanCause? cause = CauseToDrop(ban, now, neverBan);
            if (cause is not null)
            {
                ledger.NoteEnded(ban, now, cause.Value);
            }
            else if (!ledger.RestoreFolded(ban) && ledger.Restore(ban))
            {
                // Its prefix's ban ended while nobody watched: it is back.
                ledger.NoteBegun(ban, now);
            }
        }
    }

    private static UnbanCause? CauseToDrop(Ban ban, UnixTime now, NeverBan neverBan) =>
        ban.Until <= now ? UnbanCause.Expired
        : neverBan.Spares(ban) ? UnbanCause.NeverBan
        : ban.Origin == BanOrigin.Prefix && !NetworkKey.TryFrom(ban.Target, out _) ? UnbanCause.Replaced // no level is of such a length
        : null;

    private static Ban Possible(Ban ban, UnixTime now)
    {
        UnixTime latest = now + BanTerm.Longest;
        return ban.Until <= latest && ban.Since <= now
            ? ban
            : ban with { Since = Earlier(ban.Since, now), Until = Earlier(ban.Until, latest) };
    }

    private bool TryRestore(AttackerRecord record, UnixTime now)
    {
        Jail? jail = Array.Find(jails, jail => jail.Name == record.Jail);
        if (jail is null || !record.LastSeen.IsKnown || jail.IsTooOld(record.LastSeen, now)
            || !SubjectKey.TryFrom(record.Subject, out SubjectKey subject) || jail.Attackers.Find(subject.Bits) != None)
        {
            return false;
        }

        ref AttemptWindow window = ref jail.Attackers[jail.Attackers.Add(subject.Bits, Earlier(record.LastSeen, now))];
        int below = jail.Policy.MaxRetry - 1;
        foreach (long time in record.Attempts.IsDefaultOrEmpty ? [] : record.Attempts.Order().TakeLast(below))
        {
            window.Add(Earlier(new UnixTime(time), now), 1, below);
        }

        window.ForgivenAt = record.ForgivenAt.IsKnown ? Earlier(record.ForgivenAt, now).Microseconds : 0;
        return true;
    }

    private bool TryRestore(RepeatRecord record, UnixTime now)
    {
        RepeatMemory? memory = null;
        ulong key = 0;
        if (record.Jail == GuardEngine.PrefixJail && NetworkKey.TryFrom(record.Subject, out NetworkKey network))
        {
            (memory, key) = (prefixRepeats, network.Bits);
        }
        else if (SubjectKey.TryFrom(record.Subject, out SubjectKey subject))
        {
            (memory, key) = (Array.Find(jails, jail => jail.Name == record.Jail)?.Repeats, subject.Bits);
        }

        if (memory is null || record.Count < 1 || record.ForgetAt <= now || !record.LastBan.IsKnown || memory.Entries.Find(key) != None)
        {
            return false;
        }

        int index = memory.Entries.Add(key, Earlier(record.LastBan, now));
        UnixTime forgetAt = Earlier(record.ForgetAt, now + (BanTerm.Longest * 3));
        memory.Entries[index] = new RepeatMemory.Entry(Math.Min(record.Count, MostRepeats), forgetAt);
        return true;
    }

    private void ForgetChanges()
    {
        ForgetTableChanges();
        ledger.DrainChanges();
        _strayAttackers.Clear();
        _strayRepeats.Clear();
        _strayEvidence.Clear();
        _strayKnownGood.Clear();
        _allChanged = false;
    }

    private void ForgetTableChanges()
    {
        foreach (Jail jail in jails)
        {
            jail.Attackers.ForgetChanges();
            jail.Repeats.Entries.ForgetChanges();
        }

        prefixes.Evidence.ForgetChanges();
        prefixRepeats.Entries.ForgetChanges();
        knownGood.ForgetChanges();
    }

    private static AttackerRecord AttackerAt(Jail jail, int index)
    {
        ref AttemptWindow window = ref jail.Attackers[index];
        UnixTime forgiven = window.ForgivenAt == 0 ? UnixTime.None : new UnixTime(window.ForgivenAt);
        return new AttackerRecord(jail.Name, SubjectOf(jail.Attackers.KeyAt(index)), jail.Attackers.SeenAt(index), forgiven, window.Times);
    }

    private static RepeatRecord RepeatAt(Jail jail, int index)
    {
        RecencyTable<RepeatMemory.Entry> entries = jail.Repeats.Entries;
        return new RepeatRecord(jail.Name, SubjectOf(entries.KeyAt(index)), entries[index].Count, entries.SeenAt(index), entries[index].ForgetAt);
    }

    private RepeatRecord PrefixRepeatAt(int index)
    {
        RecencyTable<RepeatMemory.Entry> entries = prefixRepeats.Entries;
        Prefix prefix = new NetworkKey(entries.KeyAt(index)).ToPrefix();
        return new RepeatRecord(GuardEngine.PrefixJail, prefix, entries[index].Count, entries.SeenAt(index), entries[index].ForgetAt);
    }

    private EvidenceRecord EvidenceAt(int index) => new(SubjectOf(prefixes.Evidence.KeyAt(index)), prefixes.Evidence.SeenAt(index));

    private KnownGoodRecord KnownGoodAt(int index) => new(SubjectOf(knownGood.KeyAt(index)), knownGood.SeenAt(index));

    private static Prefix SubjectOf(ulong key) => new SubjectKey(key).ToPrefix();

    private static UnixTime Earlier(UnixTime one, UnixTime other) => one < other ? one : other;

    // From the longest unseen on, so that they come back in the same order.
    private static IEnumerable<int> Indexes<T>(RecencyTable<T> table)
        where T : struct
    {
        for (int index = table.Oldest; index != None; index = table.NewerThan(index))
        {
            yield return index;
        }
    }

    private sealed class Drained<TRecord, TKey>
    {
        private readonly ImmutableArray<TRecord>.Builder _records = ImmutableArray.CreateBuilder<TRecord>();
        private readonly ImmutableArray<TKey>.Builder _gone = ImmutableArray.CreateBuilder<TKey>();

        public Drained(List<TKey> strays)
        {
            _gone.AddRange(strays);
            strays.Clear();
        }

        public ImmutableArray<TRecord> Records => _records.ToImmutable();

        public ImmutableArray<TKey> Gone => _gone.ToImmutable();

        public void From<T>(RecencyTable<T> table, Func<int, TRecord> record, Func<ulong, TKey> keyOf)
            where T : struct =>
            table.DrainChanges((key, index) =>
            {
                if (index == None)
                {
                    _gone.Add(keyOf(key));
                }
                else
                {
                    _records.Add(record(index));
                }
            });
    }
}
