using System.Collections.Immutable;
using Virtward.Core.Net;
using Virtward.Core.Time;
using Virtward.Guard.Bans;
using Virtward.Guard.Jails;
using Virtward.Guard.Store;
using Xunit;

namespace Virtward.Tests.Guard.Store;

public sealed class StoreAdminTests : IDisposable
{
    private static readonly UnixTime Now = UnixTime.FromSeconds(100);

    private readonly MemoryGuardStore _store = new();

    public void Dispose() => _store.Dispose();

    private StoreAdmin Admin => new(_store, Now);

    [Fact]
    public void Ban_by_hand_is_in_force_after_the_next_start()
    {
        Assert.True(Admin.Ban(Bans.Of("192.0.2.1", since: 100, until: 900, jail: "manual") with { Origin = BanOrigin.Manual }).IsOk);

        Assert.Equal(BanOrigin.Manual, Assert.Single(InForce()).Origin);
    }

    [Fact]
    public void Unban_ends_the_target_and_what_is_inside_in_every_jail_and_nothing_around()
    {
        string[] targets = ["192.0.2.0/24", "192.0.2.64/26", "192.0.2.65", "192.0.2.1", "2001:db8::/64"];
        Banned([.. targets.Select(target => Bans.Of(target, since: 10, until: 900)), Bans.Of("192.0.2.65", since: 10, until: 900, jail: "vnc")]);

        IReadOnlyList<Ban> ended = Admin.Unban(Prefix.Parse("192.0.2.64/26")).Value;

        Assert.Equal(["192.0.2.64/26", "192.0.2.65", "192.0.2.65"], ended.Select(ban => ban.Target.ToString()).Order());
        Assert.Equal(["192.0.2.0/24", "192.0.2.1", "2001:db8::/64"], InForce().Select(ban => ban.Target.ToString()).Order());
    }

    [Fact]
    public void Unban_of_a_prefix_lets_no_folded_ban_come_back()
    {
        Ban single = Bans.Of("192.0.2.1", since: 10, until: 900);
        Banned(single, Bans.Of("192.0.2.0/24", since: 20, until: 900, jail: "prefix"));
        _store.Commit(new GuardCommit
        {
            Time = UnixTime.FromSeconds(20),
            Changes = new GuardChanges { Bans = [new BanChange(single, UnixTime.FromSeconds(20), UnbanCause.Folded)] },
        });

        Assert.Single(Admin.Unban(Prefix.Parse("192.0.2.0/24")).Value);

        GuardState state = _store.Load(Now).Value.Engine;
        Assert.Empty(state.Bans);
        Assert.Empty(state.Folded);
    }

    [Fact]
    public void Allow_ends_bans_and_stays_until_it_is_taken_back()
    {
        Banned(Bans.Of("192.0.2.1", since: 10, until: 900), Bans.Of("198.51.100.1", since: 10, until: 900));
        var allowance = new Allowance(Prefix.Parse("192.0.2.0/24"), Now, UnixTime.Never, "office");

        Ban ended = Assert.Single(Admin.Allow(allowance).Value);

        Assert.Equal("192.0.2.1", ended.Target.ToString());
        Assert.Equal(UnbanCause.NeverBan, _store.Find(new BanQuery { Target = ended.Target }).Value.Single().Cause);
        Assert.Equal(allowance, Assert.Single(_store.Load(Now).Value.NeverBan));
        Assert.True(Admin.Disallow(allowance.Target).Value);
        Assert.False(Admin.Disallow(allowance.Target).Value);
        Assert.Empty(_store.Load(Now).Value.NeverBan);
    }

    private ImmutableArray<Ban> InForce() => _store.Load(Now).Value.Engine.Bans;

    private void Banned(params Ban[] bans) => _store.Commit(new GuardCommit
    {
        Time = UnixTime.FromSeconds(10),
        Changes = new GuardChanges { Bans = [.. bans.Select(ban => new BanChange(ban, ban.Since, null))] },
    });
}
