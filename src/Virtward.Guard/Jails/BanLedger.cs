using Virtward.Core.Net;
using Virtward.Core.Time;
using Virtward.Guard.Bans;

namespace Virtward.Guard.Jails;

/// <summary>
/// The life of bans: they begin, are folded into the ban of their prefix, come back from it, and end. Whatever happens, a target has
/// one ban per jail, every ban ends, and each change is told as an event and kept for the store.
/// </summary>
/// <param name="trackChanges">Whether changes will be drained.</param>
public sealed class BanLedger(bool trackChanges)
{
    private const int MostChanges = 100_000;

    private readonly Dictionary<Prefix, List<Ban>> _folded = [];
    private readonly Dictionary<string, HashSet<ulong>> _subjects = [];
    private readonly List<BanChange>? _changes = trackChanges ? [] : null;

    // Bans of prefixes in force: mostly there are none, and a hundred thousand others that come back need not look for them.
    private int _prefixBans;

    /// <summary>The bans in force.</summary>
    public BanBook Book { get; } = new();

    /// <summary>The prefixes of the prefix bans in force.</summary>
    public NetworkCover Cover { get; } = new();

    /// <summary>Bans that a prefix ban has taken in; those whose time is up may still be among them.</summary>
    public IEnumerable<Ban> Folded => _folded.Values.SelectMany(static bans => bans);

    /// <summary>Whether more changed than book was kept of.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>The subjects that a jail has banned now; a view that changes along.</summary>
    public IReadOnlySet<ulong> SubjectsOf(string jail) => Subjects(jail);

    /// <summary>Begins a ban; one of the same target and jail ends as replaced.</summary>
    public void Begin(Ban ban, UnixTime now, ICollection<GuardEvent> events)
    {
        if (Book.TryGet(ban.Target, ban.Jail, out Ban? old))
        {
            TakeOut(old);
            Note(old, now, UnbanCause.Replaced, events);
        }

        // The line that decided is told and stored with the beginning; a flood's lines would fill the memory.
        PutIn(ban.Evidence is null ? ban : ban with { Evidence = null });
        Note(ban, now, null, events);
        if (ban.Origin == BanOrigin.Prefix)
        {
            foreach (Ban inner in Book.Inside(ban.Target).Where(IsFoldable).Where(inner => inner != ban).ToArray())
            {
                Fold(inner, ban.Target);
                Note(inner, now, UnbanCause.Folded, events);
            }
        }
    }

    /// <summary>
    /// Ends a ban that is in force. What a prefix ban had taken in comes back, as far as its own time is not up: the prefix was
    /// judged, its attackers still stand convicted.
    /// </summary>
    public void End(Ban ban, UnixTime now, UnbanCause cause, ICollection<GuardEvent> events)
    {
        TakeOut(ban);
        Note(ban, now, cause, events);
        if (ban.Origin != BanOrigin.Prefix || !_folded.Remove(ban.Target, out List<Ban>? inner))
        {
            return;
        }

        // The widest first, so that a smaller prefix takes its own bans in again.
        foreach (Ban back in inner.Where(back => back.Until > now).OrderBy(static back => back.Target).ThenBy(static back => back.Jail, StringComparer.Ordinal))
        {
            if (!TryKeepFolded(back))
            {
                PutIn(back);
                Note(back, now, null, events);
            }
        }
    }

    /// <summary>Ends the bans whose time is up, each at its own time.</summary>
    public void Expire(UnixTime now, ICollection<GuardEvent> events)
    {
        while (Book.TryNextEnded(now, out Ban? ban))
        {
            End(ban, ban.Until, UnbanCause.Expired, events);
        }
    }

    /// <summary>Ends bans that were folded, so that they never come back.</summary>
    /// <returns>How many.</returns>
    public int DropFolded(Predicate<Ban> match, UnixTime now, UnbanCause cause)
    {
        int dropped = 0;
        foreach (List<Ban> inner in _folded.Values)
        {
            foreach (Ban ban in inner.FindAll(match))
            {
                inner.Remove(ban);
                Keep(new BanChange(ban, now, cause));
                dropped++;
            }
        }

        return dropped;
    }

    /// <summary>Puts back a ban that was in force before a restart; false where its key is taken.</summary>
    public bool Restore(Ban ban)
    {
        if (Book.TryGet(ban.Target, ban.Jail, out _) || (IsFoldable(ban) && TryKeepFolded(ban)))
        {
            return false;
        }

        PutIn(ban);
        return true;
    }

    /// <summary>Puts back a ban that was folded before a restart; false where no prefix ban holds it.</summary>
    public bool RestoreFolded(Ban ban) => IsFoldable(ban) && !Book.TryGet(ban.Target, ban.Jail, out _) && TryKeepFolded(ban);

    /// <summary>Notes that a stored, folded ban is in force again, without an event.</summary>
    public void NoteBegun(Ban ban, UnixTime at) => Keep(new BanChange(ban, at, null));

    /// <summary>Notes that a stored ban is not in force any more, without an event: it ended while nobody watched.</summary>
    public void NoteEnded(Ban ban, UnixTime at, UnbanCause cause) => Keep(new BanChange(ban, at, cause));

    /// <summary>Moves all bans, because the clock was set: each keeps the time that it has left.</summary>
    public void Shift(TimeSpan by, UnixTime now, ICollection<GuardEvent> events)
    {
        foreach (Ban ban in Book.All.ToArray())
        {
            Ban moved = Moved(ban);
            TakeOut(ban);
            Note(ban, now, UnbanCause.Replaced, events);
            PutIn(moved);
            Note(moved, now, null, events);
        }

        foreach (List<Ban> inner in _folded.Values)
        {
            for (int at = 0; at < inner.Count; at++)
            {
                inner[at] = Moved(inner[at]);
                Keep(new BanChange(inner[at], now, UnbanCause.Folded));
            }
        }

        Ban Moved(Ban ban) => ban with { Since = ban.Since + by, Until = ban.Until + by };
    }

    /// <summary>Hands out the changes since the last time, in order.</summary>
    public IReadOnlyList<BanChange> DrainChanges()
    {
        BanChange[] changes = _changes?.ToArray() ?? [];
        _changes?.Clear();
        Overflowed = false;
        return changes;
    }

    private static bool IsFoldable(Ban ban) => ban is { Origin: BanOrigin.Jail or BanOrigin.Prefix, Simulated: false };

    private void Fold(Ban inner, Prefix into)
    {
        TakeOut(inner);
        List<Ban> list = FoldedInto(into);
        list.Add(inner);

        // What the smaller prefix held is held by the wider one now.
        if (inner.Origin == BanOrigin.Prefix && _folded.Remove(inner.Target, out List<Ban>? held))
        {
            list.AddRange(held);
        }
    }

    private bool TryKeepFolded(Ban ban)
    {
        if (_prefixBans == 0)
        {
            return false;
        }

        Ban? outer = Book.Enclosing(ban.Target).FirstOrDefault(outer => outer.Origin == BanOrigin.Prefix && outer.Target != ban.Target);
        if (outer is null)
        {
            return false;
        }

        List<Ban> list = FoldedInto(outer.Target);
        if (!list.Exists(other => other.Target == ban.Target && other.Jail == ban.Jail))
        {
            list.Add(ban);
        }

        return true;
    }

    private List<Ban> FoldedInto(Prefix prefix)
    {
        if (!_folded.TryGetValue(prefix, out List<Ban>? list))
        {
            _folded[prefix] = list = [];
        }

        return list;
    }

    private void PutIn(Ban ban)
    {
        Book.Add(ban);
        if (ban.Origin == BanOrigin.Prefix)
        {
            _prefixBans++;
            Cover.Add(ban.Target);
        }
        else if (SubjectKey.TryFrom(ban.Target, out SubjectKey subject))
        {
            Subjects(ban.Jail).Add(subject.Bits);
        }
    }

    private void TakeOut(Ban ban)
    {
        bool removed = Book.Remove(ban);
        if (ban.Origin == BanOrigin.Prefix)
        {
            _prefixBans -= removed ? 1 : 0;
            Cover.Remove(ban.Target);
        }
        else if (SubjectKey.TryFrom(ban.Target, out SubjectKey subject))
        {
            Subjects(ban.Jail).Remove(subject.Bits);
        }
    }

    private HashSet<ulong> Subjects(string jail)
    {
        if (!_subjects.TryGetValue(jail, out HashSet<ulong>? subjects))
        {
            _subjects[jail] = subjects = [];
        }

        return subjects;
    }

    private void Note(Ban ban, UnixTime now, UnbanCause? ended, ICollection<GuardEvent> events)
    {
        events.Add(ended is { } cause ? new GuardEvent.Unbanned(now, ban, cause) : new GuardEvent.Banned(now, ban));
        Keep(new BanChange(ban, now, ended));
    }

    private void Keep(BanChange change)
    {
        if (_changes is null || Overflowed)
        {
            return;
        }

        _changes.Add(change);
        if (_changes.Count > MostChanges)
        {
            _changes.Clear();
            Overflowed = true;
        }
    }
}
