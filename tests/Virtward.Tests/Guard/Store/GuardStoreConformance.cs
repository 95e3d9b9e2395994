using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Results;
using Virtward.Core.Time;
using Virtward.Guard;
using Virtward.Guard.Bans;
using Virtward.Guard.Jails;
using Virtward.Guard.Store;
using Xunit;

namespace Virtward.Tests.Guard.Store;

/// <summary>What every store must do. One subclass an implementation.</summary>
public abstract class GuardStoreConformance : IDisposable
{
    private readonly Lazy<IGuardStore> _store;

    protected GuardStoreConformance() => _store = new Lazy<IGuardStore>(Open);

    protected IGuardStore Store => _store.Value;

    protected abstract IGuardStore Open();

    public virtual void Dispose()
    {
        if (_store.IsValueCreated)
        {
            Store.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    [Fact]
    public void Empty_store_loads_as_nothing()
    {
        StoredState state = Load(At(0));

        Assert.Empty(state.Engine.Bans);
        Assert.Empty(state.Engine.Attackers);
        Assert.Empty(state.Positions);
        Assert.Empty(state.NeverBan);
        Assert.Equal(UnixTime.None, state.Engine.Siege.Since);
    }

    [Fact]
    public void Ban_comes_back_with_every_part()
    {
        Ban ban = Bans.Of("2001:db8:1::/64", since: 10, until: 900) with
        {
            Origin = BanOrigin.Prefix,
            Reason = "4 attackers in an hour",
            Evidence = "Nov 21 19:50:01 host sshd[7]: Failed password for ünïx",
            Sightings = 12,
            Members = 4,
            Repeats = 2,
            Simulated = true,
            Ports = [new PortScope(Transport.Tcp, 22, 22), new PortScope(Transport.Udp, 5900, 5999)],
        };
        Commit(At(10), Begin(ban));

        Ban loaded = Assert.Single(Load(At(20)).Engine.Bans);
        Ban found = Assert.Single(Find(new BanQuery())).Ban;

        Assert.Equal(ban.Ports.AsEnumerable(), loaded.Ports);
        Assert.Equal(ban with { Evidence = null }, loaded with { Ports = ban.Ports });
        Assert.Equal(ban, found with { Ports = ban.Ports });
    }

    [Fact]
    public void Same_ban_twice_is_there_once()
    {
        Ban ban = Bans.Of("192.0.2.1", since: 10, until: 900);
        Commit(At(10), Begin(ban));
        Commit(At(10), Begin(ban));

        Assert.Single(Find(new BanQuery()));
        Assert.Equal(1, Assert.Single(Days(At(0))).Bans);
    }

    [Fact]
    public void Second_ban_of_a_target_and_jail_replaces_the_first()
    {
        Commit(At(10), Begin(Bans.Of("192.0.2.1", since: 10, until: 900)));
        Commit(At(50), Begin(Bans.Of("192.0.2.1", since: 50, until: 2000)));

        IReadOnlyList<StoredBan> all = Find(new BanQuery());

        Assert.Equal(At(50), Assert.Single(Load(At(60)).Engine.Bans).Since);
        Assert.Equal((At(50), UnbanCause.Replaced), (all[1].Ended, all[1].Cause!.Value));
    }

    [Fact]
    public void Jails_ban_one_target_side_by_side()
    {
        Commit(At(10), Begin(Bans.Of("192.0.2.1", since: 10, until: 900, jail: "sshd")));
        Commit(At(11), Begin(Bans.Of("192.0.2.1", since: 11, until: 900, jail: "recidive")));
        Commit(At(12), End(Bans.Of("192.0.2.1", since: 10, until: 900, jail: "sshd"), at: 12, UnbanCause.ByHand));

        Assert.Equal("recidive", Assert.Single(Load(At(20)).Engine.Bans).Jail);
    }

    [Fact]
    public void Ended_ban_is_history_with_its_cause()
    {
        Ban ban = Bans.Of("192.0.2.1", since: 10, until: 900);
        Commit(At(10), Begin(ban));
        Commit(At(30), End(ban, at: 30, UnbanCause.ByHand));
        Commit(At(40), End(ban, at: 40, UnbanCause.Expired));

        Assert.Empty(Load(At(31)).Engine.Bans);
        StoredBan past = Assert.Single(Find(new BanQuery()));
        Assert.Equal((At(30), UnbanCause.ByHand), (past.Ended, past.Cause!.Value));
    }

    [Fact]
    public void Ban_that_nobody_was_there_to_end_has_expired_at_its_own_time()
    {
        Commit(At(10), Begin(Bans.Of("192.0.2.1", since: 10, until: 100)));

        Assert.Empty(Load(At(500)).Engine.Bans);
        StoredBan past = Assert.Single(Find(new BanQuery()));
        Assert.Equal((At(100), UnbanCause.Expired), (past.Ended, past.Cause!.Value));
    }

    [Fact]
    public void Folded_ban_waits_until_its_time_is_up()
    {
        Ban ban = Bans.Of("192.0.2.1", since: 10, until: 900);
        Commit(At(10), Begin(ban));
        Commit(At(30), End(ban, at: 30, UnbanCause.Folded));

        Assert.Empty(Load(At(40)).Engine.Bans);
        Assert.Equal(ban.Target, Assert.Single(Load(At(40)).Engine.Folded).Target);
        Assert.Empty(Load(At(900)).Engine.Folded);
    }

    [Fact]
    public void Folded_ban_that_begins_again_is_in_force_and_no_longer_folded()
    {
        Ban ban = Bans.Of("192.0.2.1", since: 10, until: 900);
        Commit(At(10), Begin(ban));
        Commit(At(30), End(ban, at: 30, UnbanCause.Folded));
        Commit(At(50), Begin(ban with { Evidence = null }));
        StoredState again = Load(At(60));
        Commit(At(70), End(ban, at: 70, UnbanCause.ByHand));
        StoredState over = Load(At(80));

        Assert.Single(again.Engine.Bans);
        Assert.Empty(again.Engine.Folded);
        Assert.Empty(over.Engine.Bans);
        Assert.Empty(over.Engine.Folded);
        Assert.Equal("evidence", Assert.Single(Find(new BanQuery())).Ban.Evidence);
    }

    [Fact]
    public void Folded_ban_that_is_lifted_by_hand_does_not_come_back()
    {
        Ban ban = Bans.Of("192.0.2.1", since: 10, until: 900);
        Commit(At(10), Begin(ban));
        Commit(At(30), End(ban, at: 30, UnbanCause.Folded));
        Commit(At(40), End(ban, at: 40, UnbanCause.ByHand));

        Assert.Empty(Load(At(50)).Engine.Folded);
    }

    [Fact]
    public void Engine_records_are_replaced_by_key_and_deleted()
    {
        AttackerRecord first = new("sshd", Prefix.Parse("192.0.2.1"), At(5), UnixTime.None, [At(4).Microseconds, At(5).Microseconds]);
        AttackerRecord other = first with { Jail = "vnc" };
        AttackerRecord newer = first with { LastSeen = At(6), ForgivenAt = At(6), Attempts = [] };
        RepeatRecord repeat = new("prefix", Prefix.Parse("198.51.100.0/24"), 3, At(5), At(500));
        EvidenceRecord evidence = new(Prefix.Parse("2001:db8::/64"), At(5));
        KnownGoodRecord good = new(Prefix.Parse("203.0.113.7"), At(5));
        Commit(At(5), new GuardChanges { Attackers = [first, other], Repeats = [repeat], Evidence = [evidence], KnownGood = [good] });
        Commit(At(6), new GuardChanges { Attackers = [newer], AttackersGone = [("vnc", other.Subject), ("vnc", other.Subject)] });

        GuardState state = Load(At(7)).Engine;

        AttackerRecord loaded = Assert.Single(state.Attackers);
        Assert.Equal(newer with { Attempts = loaded.Attempts }, loaded);
        Assert.Empty(loaded.Attempts);
        Assert.Equal(repeat, Assert.Single(state.Repeats));
        Assert.Equal(evidence, Assert.Single(state.Evidence));
        Assert.Equal(good, Assert.Single(state.KnownGood));

        Commit(At(8), new GuardChanges
        {
            AttackersGone = [("sshd", first.Subject)],
            RepeatsGone = [("prefix", repeat.Subject)],
            EvidenceGone = [evidence.Subject],
            KnownGoodGone = [good.Subject],
        });
        state = Load(At(9)).Engine;
        Assert.True(state.Attackers.IsEmpty && state.Repeats.IsEmpty && state.Evidence.IsEmpty && state.KnownGood.IsEmpty);
    }

    [Fact]
    public void Siege_and_normal_levels_are_stored_whole()
    {
        Commit(At(5), new GuardChanges { Siege = new SiegeRecord(At(5), "900 sources", [new("", 1.5, 20), new("account", 3, 4)]) });
        SiegeRecord on = Load(At(6)).Engine.Siege;
        Commit(At(7), new GuardChanges { Siege = new SiegeRecord(UnixTime.None, "", [new("", 2.25, 21)]) });
        SiegeRecord off = Load(At(8)).Engine.Siege;

        Assert.Equal((At(5), "900 sources", 2), (on.Since, on.Reason, on.Levels.Length));
        Assert.Equal((UnixTime.None, ""), (off.Since, off.Reason));
        Assert.Equal(new NormalLevel("", 2.25, 21), Assert.Single(off.Levels));
    }

    [Fact]
    public void Whole_state_takes_the_place_of_all()
    {
        Ban kept = Bans.Of("192.0.2.1", since: 10, until: 900);
        Ban lifted = Bans.Of("192.0.2.2", since: 10, until: 900);
        Ban expired = Bans.Of("192.0.2.3", since: 10, until: 40);
        Ban folded = Bans.Of("192.0.2.4", since: 10, until: 900);
        Ban added = Bans.Of("192.0.2.5", since: 45, until: 900);
        AttackerRecord gone = new("sshd", Prefix.Parse("192.0.2.9"), At(5), UnixTime.None, [At(5).Microseconds]);
        Commit(At(10), Begin(kept, lifted, expired, folded) with { Attackers = [gone] });
        Commit(At(20), End(folded, at: 20, UnbanCause.Folded));

        AttackerRecord now = gone with { Subject = Prefix.Parse("192.0.2.8") };
        Commit(At(50), new GuardChanges { Whole = new GuardState { Bans = [kept, added], Folded = [folded], Attackers = [now] } });

        GuardState state = Load(At(51)).Engine;
        Assert.Equal([kept.Target, added.Target], state.Bans.Select(ban => ban.Target));
        Assert.Equal(folded.Target, Assert.Single(state.Folded).Target);
        Assert.Equal(now.Subject, Assert.Single(state.Attackers).Subject);
        Dictionary<Prefix, StoredBan> all = Find(new BanQuery()).ToDictionary(stored => stored.Ban.Target);
        Assert.Equal(5, all.Count);
        Assert.Equal((At(50), UnbanCause.ByHand), (all[lifted.Target].Ended, all[lifted.Target].Cause!.Value));
        Assert.Equal((At(40), UnbanCause.Expired), (all[expired.Target].Ended, all[expired.Target].Cause!.Value));
        Assert.Equal(At(20), all[folded.Target].Ended);
    }

    [Fact]
    public void Positions_keep_the_last_text_of_each_source()
    {
        Commit(new GuardCommit { Time = At(1), Positions = [new("/var/log/auth.log", "1"), new("journal", "s=1")] });
        Commit(new GuardCommit { Time = At(2), Positions = [new("/var/log/auth.log", "2")] });

        IReadOnlyDictionary<string, string> positions = Load(At(3)).Positions;

        Assert.Equal(2, positions.Count);
        Assert.Equal(("2", "s=1"), (positions["/var/log/auth.log"], positions["journal"]));
    }

    [Fact]
    public void Never_ban_entries_are_replaced_taken_back_and_lapse()
    {
        Allowance first = new(Prefix.Parse("203.0.113.0/24"), At(1), UnixTime.Never, "office");
        Allowance second = new(Prefix.Parse("2001:db8::/32"), At(1), At(100), "");
        Commit(new GuardCommit { Time = At(1), Allowed = [first, second, first with { Comment = "new office" }] });

        Assert.Equal([first with { Comment = "new office" }, second], Load(At(2)).NeverBan);
        Assert.Equal("new office", Assert.Single(Load(At(100)).NeverBan).Comment);
        Commit(new GuardCommit { Time = At(101), Disallowed = [first.Target, first.Target] });
        Assert.Empty(Load(At(102)).NeverBan);
    }

    [Fact]
    public void Stopped_traffic_is_booked_on_the_ban_in_force_and_on_its_jail_and_day()
    {
        Prefix target = Prefix.Parse("192.0.2.1");
        Ban past = Bans.Of("192.0.2.1", since: 10, until: 20, jail: "vnc");
        Commit(At(10), Begin(past));
        Commit(At(11), Begin(Bans.Of("192.0.2.1", since: 11, until: 900, jail: "sshd")));
        Commit(At(20), End(past, at: 20, UnbanCause.Expired));
        Commit(new GuardCommit
        {
            Time = At(30),
            Stopped = [new(target, 3, 180), new(target, 2, 120), new(Prefix.Parse("198.51.100.1"), 9, 9)],
        });

        Assert.Equal((5, 300), Find(new BanQuery { Jail = "sshd" }).Select(stored => (stored.Packets, stored.Bytes)).Single());
        Assert.Equal(0, Find(new BanQuery { Jail = "vnc" }).Single().Packets);
        Assert.Equal([("sshd", 5), ("vnc", 0)], Days(At(0)).Select(day => (day.Jail, day.Packets)));
    }

    [Fact]
    public void Days_count_bans_prefix_bans_and_the_spared()
    {
        const int Day = 86_400;
        Ban single = Bans.Of("192.0.2.1", since: 10, until: 900);
        Ban prefix = Bans.Of("192.0.2.0/24", since: Day + 1, until: Day + 900, jail: "prefix") with { Origin = BanOrigin.Prefix };
        Commit(At(10), Begin(single));
        Commit(At(Day + 1), Begin(prefix));
        Commit(new GuardCommit { Time = At(Day + 2), Events = [new GuardEvent.Spared(At(Day + 2), single)] });

        Assert.Equal(
            [
                new DayTotal(At(0), "sshd", 1, 0, 0, 0, 0),
                new DayTotal(At(Day), "prefix", 1, 1, 0, 0, 0),
                new DayTotal(At(Day), "sshd", 0, 0, 1, 0, 0),
            ],
            Days(At(10)));
        Assert.Equal(2, Days(At(Day + 5)).Count);
    }

    [Fact]
    public void Journal_tells_sieges_sparings_and_notes_newest_first_and_is_bounded()
    {
        Ban ban = Bans.Of("192.0.2.1", since: 10, until: 900);
        Commit(new GuardCommit
        {
            Time = At(3),
            Events =
            [
                new GuardEvent.SiegeBegan(At(1), "900 sources"),
                new GuardEvent.Banned(At(1), ban),
                new GuardEvent.Spared(At(2), ban),
                new GuardEvent.SiegeEnded(At(3), TimeSpan.FromMinutes(7)),
            ],
            Notes = ["the log is gone"],
        });

        Assert.Equal(
            [JournalKind.Note, JournalKind.SiegeEnded, JournalKind.Spared, JournalKind.SiegeBegan],
            Journal(10).Select(entry => entry.Kind));
        Assert.Equal(2, Journal(2).Count);

        Commit(new GuardCommit { Time = At(4), Notes = [.. Enumerable.Range(0, JournalEntry.Kept + 5).Select(i => $"note {i}")] });
        Assert.Equal(JournalEntry.Kept, Journal(int.MaxValue).Count);
        Assert.Equal($"note {JournalEntry.Kept + 4}", Journal(1).Single().Text);
    }

    [Fact]
    public void Count_of_the_bans_in_force_tells_what_they_shut_out_and_nothing_twice()
    {
        Assert.Equal(new ShutOut(0, 0, 0, 0, 0), Value(Store.CountInForce(At(0))));
        Ban prefix = Bans.Of("192.0.2.0/24", since: 10, until: 900) with { Origin = BanOrigin.Prefix, Members = 4 };
        Ban subnetV6 = Bans.Of("2001:db8::/48", since: 10, until: 900) with { Origin = BanOrigin.Prefix, Members = 3 };
        Commit(At(10), Begin(
            Bans.Of("203.0.113.7", since: 10, until: 900),
            Bans.Of("203.0.113.7", since: 10, until: 900, jail: "recidive") with { Members = 2 },
            Bans.Of("192.0.2.77", since: 10, until: 900, jail: "manual"),
            prefix,
            subnetV6,
            Bans.Of("2001:db8:0:1::/64", since: 10, until: 900),
            Bans.Of("2001:db8:1::/64", since: 10, until: 900),
            Bans.Of("::/8", since: 10, until: 900),
            Bans.Of("198.51.100.1", since: 10, until: 900) with { Simulated = true },
            Bans.Of("198.51.100.2", since: 10, until: 60),
            Bans.Of("198.51.100.3", since: 10, until: 900),
            Bans.Of("198.51.100.4", since: 10, until: 900)));
        Commit(At(20), End(Bans.Of("198.51.100.3", since: 10, until: 900), at: 20, UnbanCause.Folded));
        Commit(At(20), End(Bans.Of("198.51.100.4", since: 10, until: 900), at: 20, UnbanCause.ByHand));

        double networks = Math.Pow(2, 56) + Math.Pow(2, 16) + 1;
        Assert.Equal(new ShutOut(9, 2, 258, networks, 2 + 4 + 3 + 1 + 1 + 1), Value(Store.CountInForce(At(59))));
        Assert.Equal(new ShutOut(8, 2, 257, networks, 2 + 4 + 3 + 1 + 1), Value(Store.CountInForce(At(60))));
        Assert.Equal(0, Value(Store.CountInForce(At(900))).Bans);
    }

    [Fact]
    public void Evidence_is_that_of_the_ban_in_force()
    {
        Ban ban = Bans.Of("192.0.2.1", since: 10, until: 900) with { Evidence = "the first line" };
        Commit(At(10), Begin(ban, Bans.Of("192.0.2.1", since: 10, until: 900, jail: "manual") with { Evidence = null }));

        Assert.Equal([null, "the first line", null], Value(Store.Evidence([ban with { Jail = "manual" }, ban, ban with { Jail = "vnc" }])));
        Assert.Empty(Value(Store.Evidence([])));
        Commit(At(20), Begin(Bans.Of("192.0.2.1", since: 20, until: 900) with { Evidence = "the second line" }));
        Assert.Equal(["the second line"], Value(Store.Evidence([ban])));
        Commit(At(30), End(ban, at: 30, UnbanCause.Folded));
        Assert.Equal([null], Value(Store.Evidence([ban])));
    }

    [Fact]
    public void Find_narrows_by_time_jail_and_limit_newest_first()
    {
        Commit(At(10), Begin(Bans.Of("192.0.2.1", since: 10, until: 30)));
        Commit(At(11), Begin(Bans.Of("192.0.2.2", since: 11, until: 900)));
        Commit(At(12), Begin(Bans.Of("192.0.2.3", since: 12, until: 900, jail: "vnc")));

        Assert.Equal(["192.0.2.3", "192.0.2.2", "192.0.2.1"], Targets(new BanQuery()));
        Assert.Equal(["192.0.2.3", "192.0.2.2"], Targets(new BanQuery { InForceAt = At(30) }));
        Assert.Equal(["192.0.2.2", "192.0.2.1"], Targets(new BanQuery { Jail = "sshd" }));
        Assert.Equal(["192.0.2.3"], Targets(new BanQuery { Limit = 1 }));
    }

    [Theory]
    [InlineData("192.0.2.77", "192.0.2.0/24", "192.0.2.77")]
    [InlineData("192.0.2.64/26", "192.0.2.0/24", "192.0.2.77")]
    [InlineData("192.0.0.0/16", "192.0.2.0/24", "192.0.2.77", "192.0.3.1")]
    [InlineData("0.0.0.0/0", "192.0.2.0/24", "192.0.2.77", "192.0.3.1")]
    [InlineData("192.0.2.78", "192.0.2.0/24")]
    [InlineData("2001:db8:0:1::5", "2001:db8:0:1::/64", "2001:db8::/48")]
    [InlineData("::/0", "2001:db8:0:1::/64", "2001:db8::/48", "::1:2:3/128")]
    [InlineData("203.0.113.1")]
    public void Find_by_target_returns_what_is_inside_and_around(string target, params string[] expected)
    {
        foreach (string banned in (string[])["192.0.2.0/24", "192.0.2.77", "192.0.3.1", "2001:db8:0:1::/64", "2001:db8::/48", "::1:2:3"])
        {
            Commit(At(10), Begin(Bans.Of(banned, since: 10, until: 900)));
        }

        Assert.Equal(
            expected.Select(Prefix.Parse).Order(),
            Find(new BanQuery { Target = Prefix.Parse(target) }).Select(stored => stored.Ban.Target).Order());
    }

    [Fact]
    public void Top_prefixes_group_by_length_and_leave_wider_bans_alone()
    {
        string[] banned = ["192.0.2.1", "192.0.2.2", "198.51.100.1", "10.0.0.0/16", "2001:db8:1:1::/64", "2001:db8:1:2::/64", "2001:db8:1:3::/64"];
        foreach (string target in banned)
        {
            Commit(At(10), Begin(Bans.Of(target, since: 10, until: 900)));
        }

        Commit(new GuardCommit { Time = At(11), Stopped = [new(Prefix.Parse("192.0.2.2"), 7, 420)] });

        Assert.Equal(
            [
                new PrefixTotal(Prefix.Parse("2001:db8:1::/48"), 3, 3, 0),
                new PrefixTotal(Prefix.Parse("192.0.2.0/24"), 2, 2, 7),
                new PrefixTotal(Prefix.Parse("10.0.0.0/16"), 1, 1, 0),
            ],
            Value(Store.TopPrefixes(At(10), 24, 48, 3)));
        Assert.Empty(Value(Store.TopPrefixes(At(11), 24, 48, 3)));
    }

    [Fact]
    public void Prune_deletes_what_was_over_and_keeps_what_is_in_force_or_folded_and_the_totals()
    {
        Ban past = Bans.Of("192.0.2.1", since: 10, until: 100);
        Ban folded = Bans.Of("192.0.2.2", since: 10, until: 900);
        Ban inForce = Bans.Of("192.0.2.3", since: 10, until: 900);
        Commit(At(10), Begin(past, folded, inForce));
        Commit(At(20), End(folded, at: 20, UnbanCause.Folded));
        Commit(At(100), End(past, at: 100, UnbanCause.Expired));

        Assert.Equal(0, Value(Store.Prune(At(100))));
        Assert.Equal(1, Value(Store.Prune(At(101))));
        Assert.Equal(["192.0.2.3", "192.0.2.2"], Targets(new BanQuery()));
        Assert.Single(Load(At(102)).Engine.Folded);
        Assert.Equal(3, Days(At(0)).Sum(day => day.Bans));

        Commit(At(110), End(inForce, at: 110, UnbanCause.ByHand));
        Assert.Empty(Load(At(111)).Engine.Bans);
    }

    protected static UnixTime At(long seconds) => UnixTime.FromSeconds(seconds);

    protected static GuardChanges Begin(params Ban[] bans) =>
        new() { Bans = [.. bans.Select(ban => new BanChange(ban, ban.Since, null))] };

    protected static GuardChanges End(Ban ban, long at, UnbanCause cause) => new() { Bans = [new BanChange(ban, At(at), cause)] };

    protected static T Value<T>(Result<T> result) => result.Value;

    protected void Commit(UnixTime time, GuardChanges changes) => Commit(new GuardCommit { Time = time, Changes = changes });

    protected void Commit(GuardCommit commit) => Assert.Null(Store.Commit(commit).Problem);

    protected StoredState Load(UnixTime now) => Value(Store.Load(now));

    protected IReadOnlyList<StoredBan> Find(BanQuery query) => Value(Store.Find(query));

    protected IReadOnlyList<DayTotal> Days(UnixTime since) => Value(Store.Days(since));

    private IReadOnlyList<JournalEntry> Journal(int limit) => Value(Store.Journal(limit));

    private IEnumerable<string> Targets(BanQuery query) => Find(query).Select(stored => stored.Ban.Target.ToString());
}
