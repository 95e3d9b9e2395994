using Virtward.Core.Net;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Guard.Bans;
using Virtward.Guard.Jails;

namespace Virtward.Guard.Store;

/// <summary>
/// What an administrator does by hand while no guard runs: the change itself is written, and the guard finds it when it starts. Whether
/// a ban by hand hits the never-ban list is the caller's to check, who knows the policy and the host.
/// </summary>
/// <param name="store">A writable store.</param>
/// <param name="now">The time of the act.</param>
public sealed class StoreAdmin(IGuardStore store, UnixTime now)
{
    /// <summary>Writes a ban.</summary>
    public Result<Done> Ban(Ban ban) => Commit(new GuardChanges { Bans = [new BanChange(ban, now, null)] });

    /// <summary>Ends every ban of a target or of something inside it, those that a prefix ban has taken in included.</summary>
    /// <returns>The bans that were in force and are no more. Bans of a prefix around the target stay, and keep it out.</returns>
    public Result<IReadOnlyList<Ban>> Unban(Prefix target) => End(target, UnbanCause.ByHand, []);

    /// <summary>Puts an entry onto the never-ban list, and ends every ban of its target or of something inside it.</summary>
    /// <returns>The bans that were in force and are no more.</returns>
    public Result<IReadOnlyList<Ban>> Allow(Allowance entry) => End(entry.Target, UnbanCause.NeverBan, [entry]);

    /// <summary>Takes an entry off the never-ban list.</summary>
    /// <returns>Whether there was one.</returns>
    public Result<bool> Disallow(Prefix target)
    {
        if (!store.Load(now).TryGet(out StoredState? state, out Problem? problem)
            || !store.Commit(new GuardCommit { Time = now, Disallowed = [target] }).TryGet(out _, out problem))
        {
            return problem;
        }

        return state.NeverBan.Any(entry => entry.Target == target);
    }

    private Result<IReadOnlyList<Ban>> End(Prefix target, UnbanCause cause, IReadOnlyList<Allowance> allowed)
    {
        if (!store.Find(new BanQuery { Target = target }).TryGet(out IReadOnlyList<StoredBan>? found, out Problem? problem))
        {
            return problem;
        }

        // A folded ban is over, but would come back with the end of the prefix ban that took it in.
        List<StoredBan> inside = [.. found.Where(stored => target.Contains(stored.Ban.Target) && stored.Ban.Until > now)];
        IEnumerable<StoredBan> ending = inside.Where(stored => stored.Cause is null or UnbanCause.Folded);
        var commit = new GuardCommit
        {
            Time = now,
            Changes = new GuardChanges { Bans = [.. ending.Select(stored => new BanChange(stored.Ban, now, cause))] },
            Allowed = allowed,
        };
        if (!store.Commit(commit).TryGet(out _, out problem))
        {
            return problem;
        }

        List<Ban> ended = [.. inside.Where(stored => stored.Cause is null).Select(stored => stored.Ban)];
        return ended;
    }

    private Result<Done> Commit(GuardChanges changes) => store.Commit(new GuardCommit { Time = now, Changes = changes });
}
