using Virtward.Core.Net;
using Virtward.Core.Time;
using Virtward.Guard.Bans;

namespace Virtward.Tests.Guard.Store;

/// <summary>Bans for tests.</summary>
internal static class Bans
{
    public static Ban Of(string target, long since, long until, string jail = "sshd") => new()
    {
        Target = Prefix.Parse(target),
        Jail = jail,
        Origin = BanOrigin.Jail,
        Since = UnixTime.FromSeconds(since),
        Until = UnixTime.FromSeconds(until),
        Reason = "5 failed logins in 2 minutes",
        Evidence = "evidence",
        Sightings = 5,
    };
}
