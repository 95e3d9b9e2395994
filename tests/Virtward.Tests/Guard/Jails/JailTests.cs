using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Time;
using Virtward.Guard;
using Virtward.Guard.Bans;
using Virtward.Guard.Jails;
using Virtward.Guard.Sightings;
using Xunit;

namespace Virtward.Tests.Guard.Jails;

public sealed class JailTests
{
    private const string Attacker = "203.0.113.9";

    [Fact]
    public void The_third_failure_within_the_find_time_is_a_ban()
    {
        var bench = new GuardBench(GuardBench.OneJail);
        bench.Fail(Attacker, 0);
        bench.Fail(Attacker, 599);
        Assert.Empty(bench.Told());

        bench.Fail(Attacker, 600, line: "Failed password for root from 203.0.113.9 port 22 ssh2\u001b[2J");

        Ban ban = bench.OnlyBan();
        Ban told = Assert.IsType<GuardEvent.Banned>(Assert.Single(bench.Events)).Ban;
        Assert.Equal(["ban sshd 203.0.113.9"], bench.Told());
        Assert.Equal((GuardBench.Time(600), GuardBench.Time(4200)), (ban.Since, ban.Until));
        Assert.Equal("3 failed attempts in 10 minutes", ban.Reason);
        Assert.Equal("Failed password for root from 203.0.113.9 port 22 ssh2?[2J", told.Evidence);
        Assert.Equal(told with { Evidence = null }, ban);
        Assert.Equal((3, 1, BanOrigin.Jail), (ban.Sightings, ban.Members, ban.Origin));
    }

    [Fact]
    public void Failures_that_never_crowd_one_window_are_none()
    {
        var bench = new GuardBench(GuardBench.OneJail);
        for (int i = 0; i < 50; i++)
        {
            bench.Fail(Attacker, i * 301);
        }

        Assert.Empty(bench.Told());
    }

    [Fact]
    public void A_ban_ends_by_itself_and_counting_starts_anew()
    {
        var bench = new GuardBench(GuardBench.OneJail);
        bench.Fail(Attacker, 0, attempts: 3);
        bench.At(3599);
        Assert.Equal(["ban sshd 203.0.113.9"], bench.Told());
        bench.At(3600);
        Assert.Equal(["unban sshd 203.0.113.9 Expired"], bench.Told());
        bench.Fail(Attacker, 3601, attempts: 2);
        Assert.Empty(bench.Told());
    }

    [Fact]
    public void Attempts_count_as_told_and_none_as_none()
    {
        var bench = new GuardBench(GuardBench.OneJail);
        bench.Fail(Attacker, 0, attempts: 0);
        bench.Fail(Attacker, 1, attempts: 2);
        bench.Fail(Attacker, 2, attempts: 0);
        Assert.Empty(bench.Told());
        bench.Fail("203.0.113.10", 3, attempts: 1000);
        Assert.Equal(["ban sshd 203.0.113.10"], bench.Told());
    }

    [Fact]
    public void Lines_older_than_the_find_time_count_for_nothing()
    {
        var bench = new GuardBench(GuardBench.OneJail);
        bench.At(10_000);
        for (int i = 0; i < 10; i++)
        {
            Observe(bench, Attacker, 9399);
        }

        Assert.Empty(bench.Told());
        Assert.Equal(10, bench.Engine.TooOld);
    }

    [Fact]
    public void A_line_from_the_future_counts_as_of_now_and_its_ban_ends()
    {
        var bench = new GuardBench(GuardBench.OneJail);
        for (int i = 0; i < 3; i++)
        {
            Observe(bench, Attacker, 1e9);
        }

        Assert.Equal(GuardBench.Time(3600), bench.OnlyBan().Until);
    }

    [Fact]
    public void Late_lines_in_any_order_are_counted_at_their_own_time()
    {
        var bench = new GuardBench(GuardBench.OneJail);
        bench.At(500);
        Observe(bench, Attacker, 500);
        Observe(bench, Attacker, 0);
        Observe(bench, "203.0.113.10", 400);
        bench.At(601);
        Observe(bench, Attacker, 450);
        Assert.Empty(bench.Told());
        Observe(bench, Attacker, 460);
        Assert.Equal(["ban sshd 203.0.113.9"], bench.Told());
    }

    [Fact]
    public void An_IPv6_attacker_is_a_whole_64_and_a_mapped_address_is_IPv4()
    {
        var bench = new GuardBench(GuardBench.OneJail);
        bench.Fail("2001:db8:1:2::1", 0);
        bench.Fail("2001:db8:1:2:ffff::2", 1);
        bench.Fail("2001:db8:1:2:a:b:c:d", 2);
        bench.Fail("::ffff:203.0.113.9", 3, attempts: 2);
        bench.Fail(Attacker, 4);
        Assert.Equal(["ban sshd 2001:db8:1:2::/64", "ban sshd 203.0.113.9"], bench.Told());
    }

    [Fact]
    public void A_failure_of_one_that_is_banned_never_doubles_the_ban()
    {
        var bench = new GuardBench(GuardBench.OneJail);
        bench.Fail(Attacker, 0, attempts: 3);
        bench.Fail(Attacker, 1, attempts: 30);
        Assert.Equal(["ban sshd 203.0.113.9"], bench.Told());
    }

    [Fact]
    public void Two_jails_ban_each_for_itself_and_one_ban_that_ends_leaves_the_other()
    {
        var bench = new GuardBench(GuardBench.OneJail with
        {
            Jails = [GuardBench.Jail("sshd"), GuardBench.Jail("nginx") with { BanTime = TimeSpan.FromHours(2) }],
        });
        bench.Fail(Attacker, 0, attempts: 3);
        bench.Fail(Attacker, 1, attempts: 3, jail: 1);
        bench.At(3700);

        Assert.Equal(["ban sshd 203.0.113.9", "ban nginx 203.0.113.9", "unban sshd 203.0.113.9 Expired"], bench.Told());
        Assert.Equal(["nginx 203.0.113.9"], bench.InForce);
    }

    [Fact]
    public void A_login_forgives_what_failed_before_it()
    {
        var bench = new GuardBench(GuardBench.OneJail);
        bench.Fail(Attacker, 0, attempts: 2);
        bench.Succeed(Attacker, 5);
        bench.Fail(Attacker, 10, attempts: 2);
        Assert.Empty(bench.Told());
    }

    [Fact]
    public void An_attacker_with_an_account_of_his_own_is_forgiven_once_in_the_find_time()
    {
        var bench = new GuardBench(GuardBench.OneJail);
        bench.Fail(Attacker, 0, attempts: 2);
        bench.Succeed(Attacker, 5);
        bench.Fail(Attacker, 10, attempts: 2);
        bench.Succeed(Attacker, 15);
        bench.Fail(Attacker, 20);
        Assert.Equal(["ban sshd 203.0.113.9"], bench.Told());
    }

    [Fact]
    public void Bans_grow_with_each_repeat_up_to_the_cap_and_are_forgotten_after_a_good_while()
    {
        var bench = new GuardBench(GuardBench.OneJail with
        {
            Jails = [GuardBench.Jail("sshd") with { Increment = new IncrementPolicy { Factor = 3, Cap = TimeSpan.FromHours(20), Jitter = 0 } }],
        });
        double at = 0;
        foreach (int hours in (int[])[1, 3, 9, 20, 20])
        {
            bench.Fail(Attacker, at, attempts: 3);
            Ban ban = bench.OnlyBan();
            Assert.Equal(TimeSpan.FromHours(hours), ban.Until - ban.Since);
            at += (hours * 3600) + 60;
        }

        // A week after the end of the last.
        bench.Fail(Attacker, at + (169 * 3600), attempts: 3);
        Assert.Equal(0, bench.OnlyBan().Repeats);
    }

    [Fact]
    public void Simulated_bans_are_told_and_marked()
    {
        var bench = new GuardBench(GuardBench.OneJail with { Jails = [GuardBench.Jail("sshd") with { Mode = JailMode.Simulate }] });
        bench.Fail(Attacker, 0, attempts: 3);
        bench.Fail(Attacker, 1, attempts: 3);
        Assert.Equal(["ban sshd 203.0.113.9"], bench.Told());
        Assert.True(bench.OnlyBan().Simulated);
    }

    [Fact]
    public void A_ban_closes_the_ports_of_its_jail()
    {
        var bench = new GuardBench(GuardBench.OneJail with
        {
            Jails = [GuardBench.Jail("sshd") with { Ports = [new PortScope(Transport.Tcp, 22, 22)] }],
        });
        bench.Fail(Attacker, 0, attempts: 3);
        Assert.Equal([new PortScope(Transport.Tcp, 22, 22)], bench.OnlyBan().Ports);
    }

    [Fact]
    public void Recidive_counts_the_bans_of_the_other_jails_and_nothing_else()
    {
        var bench = new GuardBench(GuardBench.OneJail with
        {
            Jails =
            [
                GuardBench.Jail("sshd"),
                GuardBench.Jail("again", "recidive") with { FindTime = TimeSpan.FromDays(1), BanTime = TimeSpan.FromDays(7) },
                GuardBench.Jail("trial") with { Mode = JailMode.Simulate },
                GuardBench.Jail("other", "recidive") with { MaxRetry = 4, FindTime = TimeSpan.FromDays(1) },
            ],
        });
        for (int i = 0; i < 3; i++)
        {
            bench.Fail(Attacker, i * 4000, attempts: 3, jail: 2);
            bench.Engine.BanByHand(Prefix.Parse(Attacker), TimeSpan.FromHours(1), "by hand", false, BanOrigin.Manual, []);
            bench.Fail(Attacker, (i * 4000) + 1, attempts: 3);
        }

        Ban ban = Assert.Single(bench.Engine.Bans.All, static ban => ban.Jail == "again");
        Assert.Equal(("3 bans in 2 hours", TimeSpan.FromDays(7)), (ban.Reason, ban.Until - ban.Since));
        Assert.DoesNotContain(bench.Engine.Bans.All, static ban => ban.Jail == "other");
    }

    [Fact]
    public void A_clock_set_back_leaves_bans_the_time_they_had_left()
    {
        var bench = new GuardBench(GuardBench.OneJail);
        bench.Fail(Attacker, 0, attempts: 3);
        bench.Fail("203.0.113.10", 1000, attempts: 2);
        bench.At(1000 - 7200);
        Assert.Equal(GuardBench.Time(3600 - 7200), bench.OnlyBan().Until);
        bench.Fail("203.0.113.10", 1000 - 7200 + 60);
        Assert.Equal(["ban sshd 203.0.113.9", "unban sshd 203.0.113.9 Replaced", "ban sshd 203.0.113.9", "ban sshd 203.0.113.10"], bench.Told());
    }

    [Fact]
    public void A_clock_that_stutters_stands_still()
    {
        var bench = new GuardBench(GuardBench.OneJail);
        bench.At(100);
        bench.At(20);
        Assert.Equal(GuardBench.Time(100), bench.Engine.Now);
    }

    [Fact]
    public void Multicast_is_nobody()
    {
        var bench = new GuardBench(GuardBench.OneJail);
        bench.Fail("ff02::1", 0, attempts: 3);
        bench.Fail("ffff:ffff:cb00:7109::1", 0, attempts: 3);
        Assert.Empty(bench.Told());
        Assert.Equal(0, bench.Engine.Tracked);
    }

    [Fact]
    public void The_longest_unseen_is_forgotten_first_and_counted()
    {
        var bench = new GuardBench(GuardBench.OneJail with { MaxTracked = 100 });
        for (int i = 0; i < 150; i++)
        {
            bench.Fail(Address.FromV4(0x0a000000 + (uint)i), i);
            bench.Fail(Attacker, i + 0.5, attempts: 0);
            Assert.True(bench.Engine.Tracked <= 100);
        }

        Assert.Equal(50, bench.Engine.Forgotten);
        bench.Fail(Address.FromV4(0x0a000000 + 49), 150, attempts: 2);
        Assert.Empty(bench.Told());
        bench.Fail(Address.FromV4(0x0a000000 + 51), 151, attempts: 2);
        Assert.Equal(["ban sshd 10.0.0.51"], bench.Told());
    }

    [Fact]
    public void Nothing_counts_before_the_time_is_known()
    {
        var engine = new GuardEngine(GuardBench.OneJail, NeverBan.Minimal, 1);
        engine.Advance(UnixTime.None, []);
        engine.Observe(0, Failure(Attacker, 0), []);
        Assert.Equal((0, 1), (engine.Tracked, engine.TooOld));
        Assert.Throws<InvalidOperationException>(() => engine.UnbanByHand(Prefix.Parse(Attacker), false, []));
    }

    [Theory]
    [InlineData("prefix")]
    [InlineData("manual")]
    [InlineData("import")]
    public void No_jail_takes_a_name_of_the_guards_own(string name) => Assert.Throws<ArgumentException>(() =>
        new GuardEngine(GuardBench.OneJail with { Jails = [GuardBench.Jail(name)] }, NeverBan.Minimal, 1));

    private static void Observe(GuardBench bench, string address, double at) => bench.Engine.Observe(0, Failure(address, at), bench.Events);

    private static Sighting Failure(string address, double at) => new()
    {
        Address = Address.Parse(address),
        Time = GuardBench.Time(at),
        Kind = SightingKind.Failure,
        Attempts = 1,
        Rule = "test",
    };
}
