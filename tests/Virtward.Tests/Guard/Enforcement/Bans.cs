using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Time;
using Virtward.Guard;
using Virtward.Guard.Bans;

namespace Virtward.Tests.Guard.Enforcement;

/// <summary>Short words for bans, events and never-ban lists in tests.</summary>
public static class Bans
{
    public static Ban Of(TimeProvider clock, string target, TimeSpan time, string jail = "sshd", params PortScope[] ports) => new()
    {
        Target = Prefix.Parse(target),
        Jail = jail,
        Origin = BanOrigin.Jail,
        Since = UnixTime.Now(clock),
        Until = UnixTime.Now(clock) + time,
        Reason = "5 failed logins in 2 minutes",
        Ports = [.. ports],
    };

    public static GuardEvent Banned(Ban ban) => new GuardEvent.Banned(ban.Since, ban);

    public static GuardEvent Unbanned(Ban ban, UnbanCause cause = UnbanCause.ByHand) => new GuardEvent.Unbanned(ban.Since, ban, cause);

    public static IReadOnlyList<Prefix> Whole(Ban ban) => [ban.Target];

    /// <summary>What is left of a prefix without a list: the simple way, by halves.</summary>
    public static IReadOnlyList<Prefix> Carve(Prefix prefix, IReadOnlyList<Prefix> never)
    {
        if (never.Any(n => n.Contains(prefix)))
        {
            return [];
        }

        if (!never.Any(prefix.Overlaps))
        {
            return [prefix];
        }

        (Prefix lower, Prefix upper) = prefix.Split();
        return [.. Carve(lower, never), .. Carve(upper, never)];
    }
}
