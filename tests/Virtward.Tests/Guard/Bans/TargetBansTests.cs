using Virtward.Core.Net;
using Virtward.Core.Time;
using Virtward.Guard.Bans;
using Xunit;

namespace Virtward.Tests.Guard.Bans;

public sealed class TargetBansTests
{
    [Fact]
    public void There_is_none_at_first()
    {
        TargetBans none = default;

        Assert.True(none.IsEmpty);
        Assert.Empty(none.All);
        Assert.Null(none.Of("sshd"));
        Assert.True(none.Without("sshd").IsEmpty);
    }

    [Fact]
    public void Each_jail_has_one_ban_the_newest()
    {
        Ban first = Of("sshd", 1);
        Ban second = Of("sshd", 2);
        Ban other = Of("nginx", 1);

        TargetBans bans = default(TargetBans).With(first).With(other).With(second);

        Assert.Equal([other, second], bans.All);
        Assert.Same(second, bans.Of("sshd"));
        Assert.Same(other, bans.Of("nginx"));
        Assert.Null(bans.Of("dovecot"));
    }

    [Fact]
    public void Jails_go_one_by_one()
    {
        TargetBans both = default(TargetBans).With(Of("sshd", 1)).With(Of("nginx", 1));

        TargetBans one = both.Without("sshd");

        Assert.Equal("nginx", Assert.Single(one.All).Jail);
        Assert.Null(one.Of("sshd"));
        Assert.True(one.Without("nginx").IsEmpty);
        Assert.Equal(2, both.All.Count);
    }

    private static Ban Of(string jail, int since) => new()
    {
        Target = Prefix.Parse("192.0.2.1"),
        Jail = jail,
        Origin = BanOrigin.Jail,
        Since = UnixTime.FromSeconds(since),
        Until = UnixTime.FromSeconds(100),
        Reason = "3 failed attempts",
    };
}
