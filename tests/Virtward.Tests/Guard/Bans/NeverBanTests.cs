using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Time;
using Virtward.Guard.Bans;
using Virtward.Tests.Guard.Jails;
using Xunit;

namespace Virtward.Tests.Guard.Bans;

public sealed class NeverBanTests
{
    [Theory]
    [InlineData("192.0.2.0/24", "192.0.2.0/26, 192.0.2.64/29, 192.0.2.72/30, 192.0.2.76, 192.0.2.78/31, 192.0.2.80/28, 192.0.2.96/27, 192.0.2.128/25")]
    [InlineData("192.0.2.77", "")]
    [InlineData("198.51.100.0/24", "198.51.100.0/24")]
    [InlineData("127.0.0.1", "")]
    [InlineData("fe80::/64", "")]
    public void Carve_leaves_what_may_be_banned(string target, string left) =>
        Assert.Equal(left, string.Join(", ", List("192.0.2.77").Carve(Prefix.Parse(target))));

    [Fact]
    public void A_jails_own_list_is_carved_from_its_bans_and_every_list_from_prefix_bans()
    {
        var never = new NeverBan([], [GuardBench.Jail("a") with { NeverBan = [Prefix.Parse("192.0.2.0/25")] }, GuardBench.Jail("b")]);
        Assert.True(never.Spares(Ban("192.0.2.1", "a", BanOrigin.Jail)));
        Assert.False(never.Spares(Ban("192.0.2.1", "b", BanOrigin.Jail)));
        Assert.Equal("192.0.2.128/25", Assert.Single(never.Carve(Ban("192.0.2.0/24", "prefix", BanOrigin.Prefix))).ToString());
        Assert.Equal(128, never.CountShutOut(Ban("192.0.2.0/24", "prefix", BanOrigin.Prefix)));
        Assert.Equal(256, never.CountShutOut(Ban("192.0.2.0/24", "manual", BanOrigin.Manual)));
    }

    [Fact]
    public void Force_goes_over_the_list_and_never_over_what_the_host_needs()
    {
        NeverBan never = List("192.0.2.77");
        Assert.Single(never.Carve(Ban("192.0.2.77", "manual", BanOrigin.Manual) with { Forced = true }));
        Assert.Empty(never.Carve(Ban("127.0.0.1", "manual", BanOrigin.Manual) with { Forced = true }));
        Assert.DoesNotContain(never.Carve(Ban("::/0", "manual", BanOrigin.Manual) with { Forced = true }),
            static prefix => prefix.Overlaps(Prefix.Parse("fe80::/10")) || prefix.Overlaps(Prefix.Parse("ff00::/8")));
    }

    [Fact]
    public void It_says_why()
    {
        Assert.Equal("ours", List("192.0.2.77").ReasonFor(Prefix.Parse("192.0.2.0/24")));
        Assert.Equal("loopback", List("192.0.2.77").ReasonFor(Prefix.Parse("127.0.0.1")));
        Assert.Null(List("192.0.2.77").ReasonFor(Prefix.Parse("192.0.2.78")));
    }

    [Fact]
    public void A_ban_of_one_on_the_list_is_spared_and_told_once_an_hour()
    {
        var bench = new GuardBench(GuardBench.OneJail, List("192.0.2.77"));
        for (int i = 0; i < 3600; i++)
        {
            bench.Fail("192.0.2.77", i, attempts: 3);
        }

        Assert.Equal(["spare sshd 192.0.2.77"], bench.Told());
        Assert.Equal(3600, bench.Engine.SparedBans);
        bench.Fail("192.0.2.77", 3600, attempts: 3);
        Assert.Equal(["spare sshd 192.0.2.77"], bench.Told());
        Assert.Empty(bench.InForce);
    }

    [Fact]
    public void A_prefix_ban_around_one_on_the_list_is_made_and_says_what_it_shuts_out()
    {
        var bench = new GuardBench(GuardBench.OneJail with { Prefixes = new PrefixBanPolicy() }, List("203.0.113.77"));
        for (int i = 1; i <= 3; i++)
        {
            bench.Fail($"203.0.113.{i}", 0, attempts: 3);
        }

        Assert.EndsWith("shuts out 255 addresses", bench.OnlyBan().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Attackers_on_the_list_are_none_towards_their_prefix()
    {
        var bench = new GuardBench(GuardBench.OneJail with { Prefixes = new PrefixBanPolicy { Counting = PrefixCounting.Seen } }, List("203.0.113.0/30"));
        for (int i = 0; i < 6; i++)
        {
            bench.Fail($"203.0.113.{i}", 0);
        }

        Assert.Empty(bench.Told());
        bench.Fail("203.0.113.6", 0);
        Assert.Equal(["ban sshd 203.0.113.0/24"], bench.Told());
    }

    [Fact]
    public void A_new_list_ends_the_bans_inside_it_folded_ones_too()
    {
        var bench = new GuardBench(GuardBench.OneJail with { Prefixes = new PrefixBanPolicy() });
        for (int i = 1; i <= 3; i++)
        {
            bench.Fail($"203.0.113.{i}", 0, attempts: 3);
        }

        bench.Fail("198.51.100.1", 1, attempts: 3);
        bench.Told();
        bench.Engine.Replace(List("203.0.113.2", "198.51.100.0/24"), bench.Events);
        Assert.Equal(["unban sshd 198.51.100.1 NeverBan"], bench.Told());
        bench.Engine.Replace(List("203.0.113.2", "203.0.113.0/24"), bench.Events);
        Assert.Equal(["unban sshd 203.0.113.0/24 NeverBan"], bench.Told());
        Assert.Empty(bench.InForce);
    }

    [Fact]
    public void By_hand_the_list_holds_unless_it_is_forced()
    {
        var bench = new GuardBench(GuardBench.OneJail, List("192.0.2.77"));
        var refused = ByHand(bench, "192.0.2.77", force: false);
        Assert.Equal("cannot ban what is never banned (ours): 192.0.2.77 (add --force if you must)", refused.Problem?.ToString());
        Assert.True(ByHand(bench, "192.0.2.77", force: true).IsOk);
        Assert.False(ByHand(bench, "127.0.0.1", force: true).IsOk);
        Assert.False(ByHand(bench, "192.0.0.0/2", force: false).IsOk);
        Assert.False(ByHand(bench, "::/0", force: false).IsOk);
        Assert.True(ByHand(bench, "198.51.100.0/24", force: false).IsOk);
    }

    [Fact]
    public void Banned_by_hand_again_the_newer_ban_takes_the_place_of_the_older()
    {
        var bench = new GuardBench(GuardBench.OneJail);
        ByHand(bench, "192.0.2.0/24", false);
        bench.At(10);
        ByHand(bench, "192.0.2.0/24", false);
        Assert.Equal(["ban manual 192.0.2.0/24", "unban manual 192.0.2.0/24 Replaced", "ban manual 192.0.2.0/24"], bench.Told());
        Assert.Equal(GuardBench.Time(3610), bench.OnlyBan().Until);
    }

    private static Virtward.Core.Results.Result<Ban> ByHand(GuardBench bench, string target, bool force) =>
        bench.Engine.BanByHand(Prefix.Parse(target), TimeSpan.FromHours(1), "by hand", force, BanOrigin.Manual, bench.Events);

    private static NeverBan List(params string[] prefixes) => new(prefixes.Select(static p => new NeverBanEntry(Prefix.Parse(p), "ours")), []);

    private static Ban Ban(string target, string jail, BanOrigin origin) => new()
    {
        Target = Prefix.Parse(target),
        Jail = jail,
        Origin = origin,
        Since = new UnixTime(0),
        Until = new UnixTime(1),
        Reason = "test",
    };
}
