using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Guard.Bans;
using Xunit;

namespace Virtward.Tests.Guard.Jails;

/// <summary>
/// Prefix bans against brute force: a list of offences that is scanned for every level. In force is what has not ended and does not lie
/// in a wider prefix ban that has not ended.
/// </summary>
public sealed class PrefixModelTests
{
    [Theory]
    [InlineData(1, PrefixCounting.Banned, true)]
    [InlineData(2, PrefixCounting.Seen, true)]
    [InlineData(3, PrefixCounting.Banned, false)]
    [InlineData(4, PrefixCounting.Seen, false)]
    public void Agrees_with_brute_force_over_random_addresses(int seed, PrefixCounting counting, bool v4)
    {
        var policy = GuardBench.OneJail with
        {
            Jails = [GuardBench.Jail("sshd") with { MaxRetry = counting == PrefixCounting.Seen ? 1000 : 1, BanTime = TimeSpan.FromSeconds(900) }],
            Prefixes = new PrefixBanPolicy
            {
                Threshold = 3,
                Counting = counting,
                Window = TimeSpan.FromSeconds(300),
                BanTime = TimeSpan.FromSeconds(500),
                Increment = null,
                V4 = [new(29, 3), new(26, 6), new(24, 10)],
                V6 = [new(61, 3), new(58, 6), new(56, 10)],
            },
        };
        PrefixLevel[] widestFirst = [.. (v4 ? policy.Prefixes.V4 : policy.Prefixes.V6).Reverse()];
        var random = new Random(seed);
        var bench = new GuardBench(policy);
        var offences = new List<(Prefix Who, double At)>();
        var bans = new List<(Prefix Target, double Until)>();
        double now = 0;
        var widths = new HashSet<int>();
        for (int step = 0; step < 4000; step++)
        {
            // Waves, so that dense and quiet times take turns.
            now += Math.Round(random.NextDouble() * (step % 800 < 500 ? 12 : 60), 3);
            Prefix who = RandomSubject(random, v4);
            bench.Fail(who.First, now);

            bans.RemoveAll(ban => ban.Until <= now);
            if (!bans.Exists(ban => ban.Target.Contains(who)))
            {
                offences.Add((who, now));
                if (counting == PrefixCounting.Banned)
                {
                    bans.Add((who, now + 900));
                }

                foreach (PrefixLevel level in widestFirst)
                {
                    Prefix prefix = who.Widen(level.Length);
                    int attackers = offences.Where(offence => now - offence.At <= 300 && prefix.Contains(offence.Who)).Select(static o => o.Who).Distinct().Count();
                    if (attackers >= level.Threshold)
                    {
                        bans.Add((prefix, now + 500));
                        widths.Add(level.Length);
                        Assert.Equal(attackers, bench.Engine.Bans.Of(prefix).Single().Members);
                        break;
                    }
                }
            }

            string[] expected = [.. bans.Where(ban => !bans.Exists(wider => wider.Target != ban.Target && wider.Target.Contains(ban.Target)))
                .OrderBy(static ban => ban.Target).Select(static ban => $"{ban.Target} {GuardBench.Time(ban.Until)}")];
            Assert.Equal(expected, bench.Engine.Bans.All.Select(static ban => $"{ban.Target} {ban.Until}"));
            if (step % 97 == 0 && bench.Engine.Bans.Count > 0)
            {
                // An administrator lifts one: it and what it was made from is gone, what it had folded comes back.
                Ban[] all = [.. bench.Engine.Bans.All];
                Prefix lifted = all[random.Next(all.Length)].Target;
                bench.Engine.UnbanByHand(lifted, false, bench.Events);
                bans.RemoveAll(ban => ban.Target == lifted);
                offences.RemoveAll(offence => lifted.Contains(offence.Who));
            }
        }

        Assert.Equal(3, widths.Count);
    }

    private static Prefix RandomSubject(Random random, bool v4)
    {
        // Some networks are denser than others.
        int network = (int)(Math.Pow(random.NextDouble(), 3) * 16);
        int host = (network << 4) | random.Next(16);
        return v4
            ? new Prefix(Address.FromV4(0xcb007100 + (uint)host))
            : new Prefix(new Address(0x2001_0db8_0000_0000 + (ulong)host, (ulong)random.Next()), 64);
    }
}
