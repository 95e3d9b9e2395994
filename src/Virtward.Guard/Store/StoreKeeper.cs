using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Guard.Jails;

namespace Virtward.Guard.Store;

/// <summary>
/// Stands between the guard and its store so that a full disk or a damaged database never stops the guard. What cannot be written is
/// kept in bounded memory, told of once, and written in one commit as soon as that works again. For one thread.
/// </summary>
/// <param name="store">The store, the keeper's from now on.</param>
/// <param name="reopen">Opens the store anew after it was found damaged, which moves the damaged file aside.</param>
/// <param name="everything">
/// The guard as it is now: <see cref="GuardChanges.Whole"/>, every source's position, every run-time never-ban entry. Whatever the
/// keeper had to drop, the bans in force are in here.
/// </param>
/// <param name="clock">The time, for the pause between attempts.</param>
/// <param name="tell">Takes a sentence for the administrator.</param>
public sealed class StoreKeeper(
    IGuardStore store,
    Func<Result<IGuardStore>> reopen,
    Func<GuardCommit> everything,
    TimeProvider clock,
    Action<string> tell) : IDisposable
{
    /// <summary>How many beginnings and ends of bans are kept for the history; the oldest are dropped first, and counted.</summary>
    public const int MaxPending = 100_000;

    /// <summary>How long to wait before the next attempt.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly Queue<BanChange> _bans = [];
    private readonly Queue<GuardEvent> _events = [];
    private readonly Queue<string> _notes = [];
    private readonly Dictionary<Prefix, StoppedTraffic> _stopped = [];
    private readonly HashSet<Prefix> _disallowed = [];
    private UnixTime _behindSince = UnixTime.None;
    private UnixTime _retryAt = UnixTime.None;
    private long _dropped;

    /// <summary>The store, for queries; another one after a damaged one had to be replaced.</summary>
    public IGuardStore Store { get; private set; } = store;

    /// <summary>Whether something waits to be written.</summary>
    public bool IsBehind => _behindSince.IsKnown;

    /// <summary>Writes a commit, or keeps it until that works.</summary>
    /// <returns>Whether all is written.</returns>
    public bool Commit(GuardCommit commit)
    {
        if (IsBehind)
        {
            Keep(commit);
            return CatchUp();
        }

        if (Store.Commit(commit).TryGet(out _, out Problem? problem))
        {
            return true;
        }

        _behindSince = UnixTime.Now(clock);
        tell($"{problem}; the guard goes on, and writes what it keeps in memory later");
        Keep(commit);
        return CatchUp();
    }

    /// <summary>Tries again where something waits and the pause is over; to be called every few seconds while nothing else is committed.</summary>
    /// <returns>Whether all is written.</returns>
    public bool CatchUp()
    {
        UnixTime now = UnixTime.Now(clock);
        // A clock set back must not make the pause long.
        if (!IsBehind || (now < _retryAt && _retryAt - now <= RetryAfter))
        {
            return !IsBehind;
        }

        if (Store.IsDamaged && !Reopen() || !Store.Commit(Pending(now)).IsOk)
        {
            _retryAt = now + RetryAfter;
            return false;
        }

        string history = _dropped > 0 ? $", {_dropped} beginnings and ends of bans are missing from the history" : "";
        tell($"the guard's state is written again, after {(now - _behindSince).TotalSeconds:0} seconds{history}");
        Forget();
        return true;
    }

    /// <summary>Makes a last attempt where something waits, and closes the store.</summary>
    public void Dispose()
    {
        _retryAt = UnixTime.None;
        CatchUp();
        Store.Dispose();
    }

    private bool Reopen()
    {
        Store.Dispose();
        if (!reopen().TryGet(out IGuardStore? opened, out _))
        {
            return false;
        }

        Store = opened;
        return true;
    }

    private void Keep(GuardCommit commit)
    {
        foreach (BanChange change in commit.Changes.Bans)
        {
            _bans.Enqueue(change);
        }

        for (; _bans.Count > MaxPending; _dropped++)
        {
            _bans.Dequeue();
        }

        // Only what the journal would keep anyway.
        Enqueue(_events, commit.Events.Where(guardEvent => JournalEntry.Of(guardEvent) is not null));
        Enqueue(_notes, commit.Notes);
        foreach (StoppedTraffic stopped in commit.Stopped)
        {
            StoppedTraffic sum = _stopped.GetValueOrDefault(stopped.Target);
            _stopped[stopped.Target] = stopped with { Packets = stopped.Packets + sum.Packets, Bytes = stopped.Bytes + sum.Bytes };
        }

        _disallowed.UnionWith(commit.Disallowed);
    }

    private static void Enqueue<T>(Queue<T> queue, IEnumerable<T> items)
    {
        foreach (T item in items)
        {
            queue.Enqueue(item);
            if (queue.Count > JournalEntry.Kept)
            {
                queue.Dequeue();
            }
        }
    }

    private GuardCommit Pending(UnixTime now)
    {
        GuardCommit whole = everything();
        return whole with
        {
            Changes = whole.Changes with { Bans = [.. _bans] },
            Events = [.. _events],
            Notes = [.. _notes, $"the guard's state could not be written from {_behindSince} to {now}"],
            Stopped = [.. _stopped.Values],
            Disallowed = [.. _disallowed],
        };
    }

    private void Forget()
    {
        _bans.Clear();
        _events.Clear();
        _notes.Clear();
        _stopped.Clear();
        _disallowed.Clear();
        _dropped = 0;
        _behindSince = UnixTime.None;
        _retryAt = UnixTime.None;
    }
}
