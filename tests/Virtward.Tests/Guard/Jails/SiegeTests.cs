using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Guard;
using Xunit;

namespace Virtward.Tests.Guard.Jails;

public sealed class SiegeTests
{
    private static readonly GuardPolicy Policy = GuardBench.OneJail with { Siege = new SiegePolicy() };

    [Fact]
    public void Many_sources_that_fail_once_each_are_a_siege_and_limits_are_one_while_it_lasts()
    {
        var bench = new GuardBench(Policy);
        FailOnceEach(bench, 29, 0);
        Assert.Empty(bench.Told());
        bench.Fail("198.51.100.1", 29);

        Assert.Equal(["siege", "ban sshd 198.51.100.1"], bench.Told());
        Assert.Equal("1 failed attempt during a siege", bench.OnlyBan().Reason);
        Assert.Equal(
            "30 sources failed 30 times on this host within 10 minutes, normal are 0 and 0",
            bench.Engine.Siege.Reason);
    }

    [Fact]
    public void Who_has_logged_in_before_keeps_the_usual_limit()
    {
        var bench = new GuardBench(Policy);
        bench.Succeed("198.51.100.7", 0);
        FailOnceEach(bench, 30, 1);
        bench.Told();
        bench.Fail("198.51.100.7", 40, attempts: 2);
        Assert.Empty(bench.Told());
        bench.Fail("198.51.100.7", 41);
        Assert.Equal(["ban sshd 198.51.100.7"], bench.Told());
    }

    [Fact]
    public void It_ends_when_the_sources_have_come_down_to_half()
    {
        var bench = new GuardBench(Policy);
        FailOnceEach(bench, 40, 0);
        bench.Told();
        bench.At(620);
        Assert.Equal(20, bench.Engine.Siege.Sources);
        Assert.True(bench.Engine.Siege.IsActive);
        bench.At(632);
        Assert.False(bench.Engine.Siege.IsActive);
        Assert.Contains("siege over", bench.Told());
        Assert.Equal("", bench.Engine.Siege.Reason);

        // The usual limit again.
        bench.Fail("198.51.100.7", 640, attempts: 2);
        Assert.Empty(bench.Told());
    }

    [Fact]
    public void One_account_tried_by_many_sources_is_a_siege()
    {
        var bench = new GuardBench(Policy);
        for (int i = 0; i < 20; i++)
        {
            bench.Fail(Address.FromV4(0x0a000000 + ((uint)i << 8)), i, user: "ro\u001bot");
            bench.Fail(Address.FromV4(0x0a000000 + ((uint)i << 8)), i, user: "guess" + i);
        }

        Assert.Equal("20 sources tried the account 'ro?ot' within 10 minutes, normal for one account are 0", bench.Engine.Siege.Reason);
    }

    [Fact]
    public void One_source_that_fails_a_thousand_times_is_no_siege()
    {
        var bench = new GuardBench(Policy with { Jails = [GuardBench.Jail("sshd") with { MaxRetry = 2000 }] });
        for (int i = 0; i < 1000; i++)
        {
            bench.Fail("198.51.100.7", i / 10.0, user: "root");
        }

        Assert.Empty(bench.Told());
    }

    [Fact]
    public void What_is_normal_is_learned_and_then_no_siege()
    {
        var bench = new GuardBench(Policy);
        double at = Learn(bench, perWindow: 25, windows: 60, from: 0);
        Assert.InRange(bench.Engine.Siege.Normal.Sources, 22, 27);

        // Nearly four times the normal level is still within it.
        FailOnceEach(bench, 60, at, network: 0x0b000000);
        Assert.DoesNotContain(bench.Events, static e => e is GuardEvent.SiegeBegan);
        FailOnceEach(bench, 60, at + 70, network: 0x0c000000);
        Assert.Contains(bench.Events, static e => e is GuardEvent.SiegeBegan);
    }

    [Fact]
    public void A_siege_is_not_learned_from_until_it_has_lasted_a_day()
    {
        var bench = new GuardBench(Policy);
        double at = Learn(bench, perWindow: 100, windows: 143, from: 0);
        Assert.True(bench.Engine.Siege.IsActive);
        Assert.Equal(0, bench.Engine.Siege.Normal.Sources);

        Learn(bench, perWindow: 100, windows: 3, from: at);
        Assert.False(bench.Engine.Siege.IsActive);
        Assert.InRange(bench.Engine.Siege.Normal.Sources, 80, 101);
    }

    [Fact]
    public void Recidive_keeps_its_limit()
    {
        var bench = new GuardBench(Policy with { Jails = [GuardBench.Jail("sshd"), GuardBench.Jail("again", "recidive")] });
        FailOnceEach(bench, 40, 0);
        Assert.DoesNotContain(bench.Engine.Bans.All, static ban => ban.Jail == "again");
    }

    [Fact]
    public void Sources_that_are_never_banned_make_no_siege()
    {
        var policy = Policy with { NeverBan = [Prefix.Parse("10.0.0.0/8")] };
        var bench = new GuardBench(policy, new(policy.NeverBan.Select(static p => new Virtward.Guard.Bans.NeverBanEntry(p, "ours")), policy.Jails));
        FailOnceEach(bench, 100, 0);
        Assert.Empty(bench.Told());
    }

    [Fact]
    public void Switched_off_there_is_none()
    {
        var bench = new GuardBench(GuardBench.OneJail);
        FailOnceEach(bench, 100, 0);
        Assert.Empty(bench.Told());
    }

    // A second apart, each in a /24 of its own.
    private static void FailOnceEach(GuardBench bench, int sources, double at, uint network = 0x0a000000)
    {
        for (int i = 0; i < sources; i++)
        {
            bench.Fail(Address.FromV4(network + ((uint)i << 8)), at + i);
        }
    }

    // Evenly over each window, every source a new one.
    private static double Learn(GuardBench bench, int perWindow, int windows, double from)
    {
        double at = from;
        for (int i = 0; i < perWindow * windows; i++)
        {
            at = from + (i * 600.0 / perWindow);
            bench.Fail(Address.FromV4(0x64000000 + ((uint)(from + i) << 8)), at);
        }

        bench.Told();
        return at;
    }
}
