using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Guard.Bans;
using Xunit;

namespace Virtward.Tests.Guard.Jails;

public sealed class PrefixBanTests
{
    private static readonly GuardPolicy Policy = GuardBench.OneJail with { Prefixes = new PrefixBanPolicy { Increment = null } };

    [Fact]
    public void Three_attackers_of_one_24_are_the_whole_of_it_and_their_own_bans_are_folded()
    {
        var bench = new GuardBench(Policy);
        bench.Fail("203.0.113.1", 0, attempts: 3);
        bench.Fail("203.0.113.77", 300, attempts: 3);
        bench.Fail("203.0.114.77", 400, attempts: 3);
        bench.Fail("203.0.113.200", 720, attempts: 4);

        Assert.Equal(
            [
                "ban sshd 203.0.113.1", "ban sshd 203.0.113.77", "ban sshd 203.0.114.77", "ban sshd 203.0.113.200",
                "ban sshd 203.0.113.0/24",
                "unban sshd 203.0.113.1 Folded", "unban sshd 203.0.113.77 Folded", "unban sshd 203.0.113.200 Folded",
            ],
            bench.Told());
        Ban ban = bench.Engine.Bans.All.First();
        Assert.Equal("3 attackers in 12 minutes; shuts out 256 addresses", ban.Reason);
        Assert.Equal((3, 9, BanOrigin.Prefix), (ban.Members, ban.Sightings, ban.Origin));
        Assert.Equal(TimeSpan.FromHours(24), ban.Until - ban.Since);
        Assert.Equal(["sshd 203.0.113.0/24", "sshd 203.0.114.77"], bench.InForce);
    }

    [Fact]
    public void Attackers_out_of_the_window_do_not_count_though_they_are_banned_still()
    {
        var bench = new GuardBench(Policy with { Jails = [GuardBench.Jail("sshd") with { BanTime = TimeSpan.FromDays(1) }] });
        bench.Fail("203.0.113.1", 0, attempts: 3);
        bench.Fail("203.0.113.2", 3601, attempts: 3);
        bench.Fail("203.0.113.3", 3602, attempts: 3);
        Assert.Equal(3, bench.Engine.Bans.Count);
        bench.Fail("203.0.113.4", 3603, attempts: 3);
        Assert.Equal(["sshd 203.0.113.0/24"], bench.InForce);
    }

    [Fact]
    public void The_same_attacker_again_is_one_attacker()
    {
        var bench = new GuardBench(Policy with { Jails = [GuardBench.Jail("sshd") with { BanTime = TimeSpan.FromSeconds(10) }] });
        for (int i = 0; i < 20; i++)
        {
            bench.Fail("203.0.113.1", i * 20, attempts: 3);
            bench.Fail("203.0.113.2", (i * 20) + 1, attempts: 3);
        }

        Assert.DoesNotContain(bench.Told(), static told => told.Contains('/'));
    }

    [Fact]
    public void A_wider_prefix_takes_in_the_smaller_ones_when_it_is_dense_enough()
    {
        var bench = new GuardBench(Policy);
        for (int i = 0; i < 24; i++)
        {
            // Three in each of eight /24s of one /20.
            bench.Fail(new Address(0, Address.FromV4(0xcb007000u + (((uint)i / 3) << 8) + ((uint)i % 3)).Low), i, attempts: 3);
        }

        Ban ban = bench.OnlyBan();
        Assert.Equal("203.0.112.0/20", ban.Target.ToString());
        Assert.Equal(24, ban.Members);
        Assert.Equal(72, ban.Sightings);
        Assert.Contains("unban sshd 203.0.112.0/24 Folded", bench.Told());
    }

    [Fact]
    public void IPv6_attackers_count_as_64s_and_collateral_is_told_in_64s()
    {
        var bench = new GuardBench(Policy);
        bench.Fail("2001:db8:0:1::1", 0, attempts: 3);
        bench.Fail("2001:db8:0:1::2", 1, attempts: 3);
        bench.Fail("2001:db8:0:2::1", 2, attempts: 3);
        Assert.Equal(2, bench.Engine.Bans.Count);
        bench.Fail("2001:db8:0:ff::1", 3, attempts: 3);
        Assert.Equal("2001:db8::/56", bench.OnlyBan().Target.ToString());
        Assert.Equal("3 attackers in 3 seconds; shuts out 256 /64 networks", bench.OnlyBan().Reason);
    }

    [Fact]
    public void Failures_from_inside_a_banned_prefix_change_nothing()
    {
        GuardBench bench = WithBannedPrefix();
        bench.Fail("203.0.113.99", 10, attempts: 100);
        Assert.Empty(bench.Told());
    }

    [Fact]
    public void When_the_prefix_ends_what_is_left_of_the_folded_bans_comes_back()
    {
        var bench = new GuardBench(Policy with
        {
            Jails = [GuardBench.Jail("sshd"), GuardBench.Jail("long") with { BanTime = TimeSpan.FromDays(2) }],
        });
        bench.Fail("203.0.113.1", 0, attempts: 3);
        bench.Fail("203.0.113.2", 1, attempts: 3, jail: 1);
        bench.Fail("203.0.113.3", 2, attempts: 3);
        bench.Told();

        bench.At(86_500);
        Assert.Equal(["unban sshd 203.0.113.0/24 Expired", "ban long 203.0.113.2"], bench.Told());
        Assert.Equal(GuardBench.Time(1 + (2 * 86_400)), bench.OnlyBan().Until);
    }

    [Fact]
    public void Lifted_by_hand_a_prefix_gives_back_its_single_bans_and_starts_counting_anew()
    {
        GuardBench bench = WithBannedPrefix();
        Assert.Equal(1, bench.Engine.UnbanByHand(Prefix.Parse("203.0.113.0/24"), false, bench.Events).Lifted);
        Assert.Equal(
            ["unban sshd 203.0.113.0/24 ByHand", "ban sshd 203.0.113.1", "ban sshd 203.0.113.2", "ban sshd 203.0.113.3"],
            bench.Told());

        bench.Fail("203.0.113.4", 20, attempts: 3);
        Assert.Equal(["ban sshd 203.0.113.4"], bench.Told());
    }

    [Fact]
    public void Lifted_by_hand_with_all_inside_nothing_comes_back()
    {
        GuardBench bench = WithBannedPrefix();
        Assert.Equal(4, bench.Engine.UnbanByHand(Prefix.Parse("203.0.113.0/24"), true, bench.Events).Lifted);
        Assert.Empty(bench.InForce);
    }

    [Fact]
    public void Lifting_one_address_says_that_its_prefix_still_keeps_it_out()
    {
        GuardBench bench = WithBannedPrefix();
        var outcome = bench.Engine.UnbanByHand(Prefix.Parse("203.0.113.2"), false, bench.Events);
        Assert.Equal((1, "203.0.113.0/24"), (outcome.Lifted, Assert.Single(outcome.StillOut).Target.ToString()));

        bench.Engine.UnbanByHand(Prefix.Parse("203.0.113.0/24"), false, bench.Events);
        Assert.Equal(["sshd 203.0.113.1", "sshd 203.0.113.3"], bench.InForce);
    }

    [Fact]
    public void A_prefix_banned_again_is_banned_longer()
    {
        var bench = new GuardBench(Policy with { Prefixes = Policy.Prefixes with { Increment = new IncrementPolicy { Jitter = 0 } } });
        for (int round = 0; round < 3; round++)
        {
            double at = round * 5 * 86_400;
            for (int i = 1; i <= 3; i++)
            {
                bench.Fail($"203.0.113.{i}", at + i, attempts: 3);
            }

            Ban ban = bench.OnlyBan();
            Assert.Equal((round, TimeSpan.FromDays(1 << round)), (ban.Repeats, ban.Until - ban.Since));
        }
    }

    [Fact]
    public void Seen_failing_is_enough_where_the_policy_says_so()
    {
        var bench = new GuardBench(Policy with { Prefixes = Policy.Prefixes with { Counting = PrefixCounting.Seen } });
        bench.Fail("203.0.113.1", 0);
        bench.Fail("203.0.113.2", 1);
        bench.Fail("203.0.113.3", 2);
        Assert.Equal(["ban sshd 203.0.113.0/24"], bench.Told());
    }

    [Fact]
    public void Simulated_bans_bans_by_hand_and_those_of_a_jail_that_does_not_share_do_not_count()
    {
        var bench = new GuardBench(Policy with
        {
            Jails =
            [
                GuardBench.Jail("sshd"),
                GuardBench.Jail("trial") with { Mode = JailMode.Simulate },
                GuardBench.Jail("alone") with { Prefixes = false },
            ],
        });
        bench.Fail("203.0.113.1", 0, attempts: 3);
        bench.Fail("203.0.113.2", 0, attempts: 3);
        bench.Fail("203.0.113.3", 0, attempts: 3, jail: 1);
        bench.Fail("203.0.113.4", 0, attempts: 3, jail: 2);
        bench.Engine.BanByHand(Prefix.Parse("203.0.113.5"), TimeSpan.FromHours(1), "by hand", false, BanOrigin.Manual, bench.Events);
        Assert.Equal(5, bench.Engine.Bans.Count);

        bench.Fail("203.0.113.6", 1, attempts: 3);
        Assert.Equal(["sshd 203.0.113.0/24", "trial 203.0.113.3", "manual 203.0.113.5"], bench.InForce);
    }

    [Fact]
    public void Two_attackers_are_enough_where_the_level_says_so()
    {
        var bench = new GuardBench(Policy with { Prefixes = Policy.Prefixes with { V4 = [new(24, 2)] } });
        bench.Fail("203.0.113.1", 0, attempts: 3);
        bench.Fail("203.0.113.2", 1, attempts: 3);
        Assert.Equal(["sshd 203.0.113.0/24"], bench.InForce);
    }

    private static GuardBench WithBannedPrefix()
    {
        var bench = new GuardBench(Policy);
        for (int i = 1; i <= 3; i++)
        {
            bench.Fail($"203.0.113.{i}", i, attempts: 3);
        }

        bench.Told();
        return bench;
    }
}
