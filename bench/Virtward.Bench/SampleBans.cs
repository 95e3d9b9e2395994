using Virtward.Core.Net;
using Virtward.Core.Time;
using Virtward.Guard.Bans;
using Virtward.Guard.Jails;
using Virtward.Guard.Store;

namespace Virtward.Bench;

/// <summary>Bans by number.</summary>
internal static class SampleBans
{
    /// <summary>The address of a number: scattered, as attackers are, because neighbours would make an index look better than it is.</summary>
    public static Prefix Target(int number) => new(Address.FromV4(0x0B000000u + (((uint)number * 2_654_435_761u) >> 8)));

    /// <summary>A ban of a number's address.</summary>
    public static Ban Ban(int number, UnixTime since) => new()
    {
        Target = Target(number),
        Jail = "sshd",
        Origin = BanOrigin.Jail,
        Since = since,
        Until = since + TimeSpan.FromHours(4),
        Reason = "5 failed logins in 2 minutes",
        Evidence = "Nov 21 19:50:00 kvm1 sshd[12345]: Failed password for invalid user admin from 203.0.113.9 port 51234 ssh2",
        Sightings = 5,
    };

    /// <summary>Puts the bans of the first numbers into a store.</summary>
    public static void Fill(IGuardStore store, int count, UnixTime now) => _ = store.Commit(new GuardCommit
    {
        Time = now,
        Changes = new GuardChanges { Bans = [.. Enumerable.Range(0, count).Select(i => new BanChange(Ban(i, now), now, null))] },
    }).Value;
}
