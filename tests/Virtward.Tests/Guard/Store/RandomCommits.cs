using Virtward.Core.Net;
using Virtward.Core.Time;
using Virtward.Guard.Sources;
using Virtward.Guard.Bans;
using Virtward.Guard.Jails;
using Virtward.Guard.Store;

namespace Virtward.Tests.Guard.Store;

/// <summary>Commits as a guard makes them, over so few targets that they meet often.</summary>
internal static class RandomCommits
{
    public static GuardCommit Next(Random random, UnixTime now)
    {
        var changes = new GuardChanges
        {
            Bans = [.. Some(random, 6, () => Change(random, now))],
            Attackers = [.. Some(random, 4, () => new AttackerRecord(Jail(random), Target(random), now, UnixTime.None, [random.NextInt64()]))],
        };
        if (random.Next(10) == 0)
        {
            // One ban a target: at most one live per target and jail, as the engine keeps it.
            List<Ban> live = [.. Enumerable.Range(0, 8).Where(_ => random.Next(2) == 0).Select(i => Ban(random, now, i, "sshd"))];
            int split = random.Next(live.Count + 1);
            changes = changes with { Attackers = [], Whole = new GuardState { Bans = [.. live.Take(split)], Folded = [.. live.Skip(split)] } };
        }

        return new GuardCommit
        {
            Time = now,
            Changes = changes,
            Positions = [.. Some(random, 2, () => new SourcePosition($"source {random.Next(2)}", $"{random.Next(1000)}"))],
            Stopped = [.. Some(random, 2, () => new StoppedTraffic(Target(random), random.Next(100), random.Next(10_000)))],
            Allowed = [.. Some(random, 2, () => new Allowance(Target(random), now, now + TimeSpan.FromSeconds(random.Next(1, 200)), "x"))],
            Disallowed = [.. Some(random, 2, () => Target(random))],
        };
    }

    private static BanChange Change(Random random, UnixTime now)
    {
        Ban ban = Ban(random, now, random.Next(8), Jail(random));
        return new BanChange(ban, now, random.Next(2) == 0 ? null : (UnbanCause)random.Next(1, 5));
    }

    private static Ban Ban(Random random, UnixTime now, int target, string jail) => Bans.Of("192.0.2.0", 0, 0, jail) with
    {
        Target = Prefix.Parse($"192.0.2.{target}"),
        Since = now - TimeSpan.FromSeconds(random.Next(2) * 10),
        Until = now + TimeSpan.FromSeconds(random.Next(1, 300)),
    };

    private static IEnumerable<T> Some<T>(Random random, int below, Func<T> make) =>
        Enumerable.Range(0, random.Next(below)).Select(_ => make());

    private static Prefix Target(Random random) => Prefix.Parse($"192.0.2.{random.Next(8)}");

    private static string Jail(Random random) => random.Next(2) == 0 ? "sshd" : "vnc";
}
