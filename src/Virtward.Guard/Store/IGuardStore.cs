using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Guard.Bans;

namespace Virtward.Guard.Store;

/// <summary>
/// What the guard remembers: bans in force and past, counted attempts, source positions, the administrator's never-ban entries,
/// sieges and totals. It is the truth; the kernel's sets are a cache of its bans in force. Safe to call from several threads, one
/// call at a time gets through.
/// </summary>
public interface IGuardStore : IDisposable
{
    /// <summary>
    /// Everything that the engine and the sources need to go on after a start. Bans and entries whose time was up by
    /// <paramref name="now"/> are left out, and a writable store ends those bans as <see cref="UnbanCause.Expired"/>. Bans come
    /// without their evidence, which would fill the memory of a guard with many: <see cref="Find"/> and <see cref="Evidence"/> read it.
    /// </summary>
    Result<StoredState> Load(UnixTime now);

    /// <summary>
    /// Writes all of a commit, or on failure nothing of it. Writing the same commit twice leaves what writing it once does, traffic
    /// counters and the journal excepted.
    /// </summary>
    Result<Done> Commit(GuardCommit commit);

    /// <summary>The bans that a query asks for, the newest first.</summary>
    Result<IReadOnlyList<StoredBan>> Find(BanQuery query);

    /// <summary>
    /// The lines that decided on bans in force, in the order of the bans; null where none did, and where there is no such ban. Asked of many
    /// bans at once it costs a fraction of asking one by one.
    /// </summary>
    Result<IReadOnlyList<string?>> Evidence(IReadOnlyList<Ban> bans);

    /// <summary>What the enforced bans in force at a time come to; much cheaper than finding them all.</summary>
    Result<ShutOut> CountInForce(UnixTime at);

    /// <summary>What each jail did on each day (UTC) from the day of <paramref name="since"/> on, by day, then by jail.</summary>
    Result<IReadOnlyList<DayTotal>> Days(UnixTime since);

    /// <summary>
    /// The prefixes that most bans began in, the most first: what is likely to be banned as a whole next, or blocked at a router.
    /// </summary>
    /// <param name="since">Bans that began earlier do not count.</param>
    /// <param name="v4Length">The length that IPv4 targets are grouped by, such as 24; a wider ban stands for itself.</param>
    /// <param name="v6Length">The length that IPv6 targets are grouped by, such as 48.</param>
    /// <param name="limit">How many to return at most.</param>
    Result<IReadOnlyList<PrefixTotal>> TopPrefixes(UnixTime since, int v4Length, int v6Length, int limit);

    /// <summary>The last entries of the journal, the newest first; it holds the last <see cref="JournalEntry.Kept"/>.</summary>
    Result<IReadOnlyList<JournalEntry>> Journal(int limit);

    /// <summary>Deletes bans that were over before a time; daily totals stay.</summary>
    /// <returns>How many were deleted; at most 10,000 a call, so that no call holds the store for long.</returns>
    Result<int> Prune(UnixTime endedBefore);

    /// <summary>
    /// Whether a call has found the stored data damaged. Nothing further can be trusted to be written then; the store must be
    /// opened anew.
    /// </summary>
    bool IsDamaged { get; }
}
