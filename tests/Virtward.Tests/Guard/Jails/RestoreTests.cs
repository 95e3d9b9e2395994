using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Time;
using Virtward.Guard;
using Virtward.Guard.Bans;
using Virtward.Guard.Jails;
using Xunit;

namespace Virtward.Tests.Guard.Jails;

public sealed class RestoreTests
{
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void What_was_drained_is_what_is_there_and_goes_on_the_same_after_a_restart(int seed)
    {
        var world = new RandomGuard(seed);
        var random = new Random(seed);
        
        // Which of the longest unseen is forgotten for want of room depends on what is out of date and not yet let go of.
        GuardPolicy policy = RandomGuard.Policy with { MaxTracked = 100_000 };
        var live = new GuardBench(policy, trackChanges: true);
        var store = new Store();
        GuardBench? restored = null;
        for (int step = 0; step < 4000; step++)
        {
            Action<GuardBench> happens = world.Next();
            happens(live);
            if (restored is not null)
            {
                happens(restored);

                // What was told as spared within the last hour is not stored.
                Assert.Equal(Text(live.Events), Text(restored.Events));
                restored.Events.Clear();
            }

            live.Events.Clear();
            if (random.Next(20) == 0)
            {
                store.Take(live.Engine.DrainChanges());
                Assert.Equal(Text(live.Engine.Save(), live.Engine.Now), Text(store.State, live.Engine.Now));
            }

            if (random.Next(300) == 0)
            {
                // Right after the housekeeping, so that both have let go of the same.
                live.Engine.Advance(live.Engine.Now + TimeSpan.FromSeconds(2), live.Events);
                live.Events.Clear();
                store.Take(live.Engine.DrainChanges());
                restored = new GuardBench(policy, world.NeverBan, live.Engine.Now, store.State);
                Assert.Equal(Text(live.Engine.Save(), live.Engine.Now), Text(restored.Engine.Save(), live.Engine.Now));
            }
        }

        Assert.NotNull(restored);
    }

    [Fact]
    public void Expired_bans_do_not_come_back_and_none_is_doubled()
    {
        Ban ban = Ban("203.0.113.9", "sshd", until: 100);
        Ban other = Ban("203.0.113.10", "sshd", until: 5000);
        var state = GuardState.Empty with { Bans = [ban, other, other with { Until = GuardBench.Time(4000) }] };
        var bench = new GuardBench(GuardBench.OneJail, NeverBan.Minimal, GuardBench.Time(100), state);

        Assert.Equal(GuardBench.Time(5000), bench.OnlyBan().Until);
        BanChange change = Assert.Single(bench.Engine.DrainChanges().Bans);
        Assert.Equal((ban.Target, UnbanCause.Expired), (change.Ban.Target, change.Ended));
        bench.Fail("203.0.113.10", 101, attempts: 3);
        Assert.Empty(bench.Told());
    }

    [Fact]
    public void What_has_come_onto_the_never_ban_list_meanwhile_does_not_come_back()
    {
        var state = GuardState.Empty with { Bans = [Ban("203.0.113.9", "sshd", until: 5000)] };
        var never = new NeverBan([new NeverBanEntry(Prefix.Parse("203.0.113.0/24"), "ours")], []);
        var bench = new GuardBench(GuardBench.OneJail, never, GuardBench.Time(100), state);
        Assert.Empty(bench.InForce);
        Assert.Equal(UnbanCause.NeverBan, Assert.Single(bench.Engine.DrainChanges().Bans).Ended);
    }

    [Fact]
    public void A_folded_ban_whose_prefix_ended_while_nobody_watched_is_in_force_again()
    {
        var state = GuardState.Empty with
        {
            Bans = [Ban("203.0.113.0/24", "prefix", until: 50) with { Origin = BanOrigin.Prefix }],
            Folded = [Ban("203.0.113.9", "sshd", until: 5000), Ban("203.0.113.10", "sshd", until: 60)],
        };
        var bench = new GuardBench(GuardBench.OneJail, NeverBan.Minimal, GuardBench.Time(100), state);
        Assert.Equal(["sshd 203.0.113.9"], bench.InForce);
        Assert.Contains(bench.Engine.DrainChanges().Bans, static change => change.Ended is null && change.Ban.Target.ToString() == "203.0.113.9");
    }

    [Fact]
    public void What_no_engine_wrote_is_made_possible_or_left_out()
    {
        var state = GuardState.Empty with
        {
            Bans =
            [
                Ban("203.0.113.9", "sshd", 0) with { Until = UnixTime.Never },
                Ban("203.0.112.0/20", "prefix", 5000) with { Origin = BanOrigin.Prefix, Since = GuardBench.Time(1e9) },
                Ban("2001:db8::1/128", "prefix", 5000) with { Origin = BanOrigin.Prefix },
            ],
            Attackers =
            [
                new AttackerRecord("gone", Prefix.Parse("203.0.113.1"), GuardBench.Time(90), UnixTime.None, [1, 2]),
                new AttackerRecord("sshd", Prefix.Parse("203.0.113.0/24"), GuardBench.Time(90), UnixTime.None, [1, 2]),
                new AttackerRecord("sshd", Prefix.Parse("198.51.100.1"), UnixTime.Never, UnixTime.None, [long.MaxValue, long.MaxValue, long.MaxValue, 4]),
            ],
            Repeats = [new RepeatRecord("sshd", Prefix.Parse("198.51.100.1"), int.MaxValue, GuardBench.Time(0), UnixTime.Never)],
            Evidence = [new EvidenceRecord(Prefix.Parse("ff02::/64"), GuardBench.Time(0))],
            KnownGood = [new KnownGoodRecord(Prefix.Parse("::/0"), GuardBench.Time(0))],
            Siege = new SiegeRecord(UnixTime.Never, "x", [new NormalLevel("", double.NaN, -1)]),
        };
        var bench = new GuardBench(GuardBench.OneJail, NeverBan.Minimal, GuardBench.Time(100), state);

        Assert.Equal(["prefix 203.0.112.0/20"], bench.InForce);
        Assert.Equal(GuardBench.Time(100) + BanTerm.Longest, Assert.Single(bench.Engine.Save().Folded).Until);
        Assert.Equal(2, Assert.Single(bench.Engine.Save().Attackers).Attempts.Length);
        GuardChanges changes = bench.Engine.DrainChanges();
        Assert.Equal((2, 1, 1), (changes.AttackersGone.Length, changes.EvidenceGone.Length, changes.KnownGoodGone.Length));
        Assert.False(bench.Engine.Siege.IsActive);
        bench.Fail("198.51.100.1", 101);
        Assert.Contains("ban sshd 198.51.100.1", bench.Told());
    }

    [Fact]
    public void Nothing_changed_is_nothing_to_store()
    {
        var bench = new GuardBench(GuardBench.OneJail, trackChanges: true);
        bench.Fail("203.0.113.9", 0, attempts: 3);
        Assert.False(bench.Engine.DrainChanges().IsEmpty);
        Assert.True(bench.Engine.DrainChanges().IsEmpty);
    }

    [Fact]
    public void A_siege_goes_on_after_a_restart_until_it_can_be_judged()
    {
        var policy = GuardBench.OneJail with { Siege = new() };
        var state = GuardState.Empty with { Siege = new SiegeRecord(GuardBench.Time(0), "many", [new NormalLevel("", 7, 9), new NormalLevel("jail/gone", 1, 1)]) };
        var bench = new GuardBench(policy, NeverBan.Minimal, GuardBench.Time(100), state);
        bench.At(690);
        Assert.Equal((true, 7), (bench.Engine.Siege.IsActive, bench.Engine.Siege.Normal.Sources));
        bench.At(701);
        Assert.False(bench.Engine.Siege.IsActive);
    }

    [Fact]
    public void A_swarm_that_gathers_over_a_restart_is_noticed_when_it_would_have_been_without()
    {
        var policy = GuardBench.OneJail with { Jails = [GuardBench.Jail("sshd"), GuardBench.Jail("vnc")], Siege = new() };
        var first = new GuardBench(policy);
        for (int i = 0; i < 20; i++)
        {
            first.Fail(Address.FromV4(0xC6336400u + (uint)i), i, jail: i % 2);
        }

        // Three of them fail often enough to be banned: no attempt of theirs is counted any more.
        for (int i = 20; i < 23; i++)
        {
            first.Fail(Address.FromV4(0xC6336400u + (uint)i), i, attempts: 3);
        }

        Assert.DoesNotContain("siege", first.Told());
        var second = new GuardBench(policy, NeverBan.Minimal, GuardBench.Time(60), first.Engine.Save());
        Assert.Equal((first.Engine.Siege.Sources, first.Engine.Siege.Failures), (second.Engine.Siege.Sources, second.Engine.Siege.Failures));
        for (int i = 23; i < 29; i++)
        {
            second.Fail(Address.FromV4(0xC6336400u + (uint)i), 60 + i);
        }

        Assert.Empty(second.Told());
        second.Fail("203.0.113.1", 90);
        Assert.Equal(["siege", "ban sshd 203.0.113.1"], second.Told());
    }

    [Fact]
    public void What_is_older_than_the_window_or_never_banned_gathers_no_swarm()
    {
        var policy = GuardBench.OneJail with { Siege = new() };
        AttackerRecord[] failed =
        [
            .. Enumerable.Range(0, 40).Select(i => new AttackerRecord(
                "sshd", Prefix.Parse($"198.51.100.{i}"), GuardBench.Time(0), UnixTime.None, [GuardBench.Time(0).Microseconds])),
            .. Enumerable.Range(0, 40).Select(i => new AttackerRecord(
                "sshd", Prefix.Parse($"127.0.0.{i}"), GuardBench.Time(690), UnixTime.None, [GuardBench.Time(690).Microseconds])),
            new AttackerRecord("sshd", Prefix.Parse("203.0.113.9"), GuardBench.Time(690), UnixTime.None, [GuardBench.Time(1e9).Microseconds]),
        ];
        var bench = new GuardBench(policy, NeverBan.Minimal, GuardBench.Time(700), GuardState.Empty with { Attackers = [.. failed] });
        Assert.Equal(0, bench.Engine.Siege.Sources);
    }

    [Fact]
    public void A_siege_of_a_day_is_not_learned_from_windows_that_a_restart_has_emptied()
    {
        const double day = 86_400;
        var policy = GuardBench.OneJail with { Siege = new() };
        var state = GuardState.Empty with { Siege = new SiegeRecord(GuardBench.Time(0), "many", [new NormalLevel("", 50, 60)]) };
        var bench = new GuardBench(policy, NeverBan.Minimal, GuardBench.Time(day - 10), state);
        bench.At(day + 1);
        Assert.True(bench.Engine.Siege.IsActive);
        Assert.Equal(50, bench.Engine.Siege.Normal.Sources);
        for (int i = 0; i < 200; i++)
        {
            bench.Fail(Address.FromV4(0xC6336400u + (uint)i), day + 2 + (3 * i));
        }

        Assert.False(bench.Engine.Siege.IsActive);
        Assert.InRange(bench.Engine.Siege.Normal.Sources, 150, 200);
    }

    private static Ban Ban(string target, string jail, double until) => new()
    {
        Target = Prefix.TryParseLenient(target, out Prefix prefix, out _) ? prefix : throw new FormatException(target),
        Jail = jail,
        Origin = BanOrigin.Jail,
        Since = GuardBench.Time(0),
        Until = GuardBench.Time(until),
        Reason = "stored",
    };

    private static string Text(List<GuardEvent> events) => string.Join('\n', events.Where(static e => e is not GuardEvent.Spared));

    private static string Text(GuardState state, UnixTime now) => string.Join('\n',
    [
        .. state.Bans.Select(static ban => $"ban {ban}").Order(),
        .. state.Folded.Where(ban => ban.Until > now).Select(static ban => $"folded {ban}").Order(),
        .. state.Attackers.Select(static a => $"{a with { Attempts = default }} {string.Join(' ', a.Attempts)}").Order(),
        .. state.Repeats.Where(record => record.ForgetAt > now).Select(static record => record.ToString()).Order(),
        .. state.Evidence.Select(static record => record.ToString()).Order(),
        .. state.KnownGood.Select(static record => record.ToString()).Order(),
    ]);

    // The least that a store must do with changes.
    private sealed class Store
    {
        private readonly Dictionary<(Prefix, string), Ban> _bans = [];
        private readonly Dictionary<(Prefix, string), Ban> _folded = [];
        private readonly Dictionary<(string, Prefix), AttackerRecord> _attackers = [];
        private readonly Dictionary<(string, Prefix), RepeatRecord> _repeats = [];
        private readonly Dictionary<Prefix, EvidenceRecord> _evidence = [];
        private readonly Dictionary<Prefix, KnownGoodRecord> _knownGood = [];

        public GuardState State => new()
        {
            Bans = [.. _bans.Values],
            Folded = [.. _folded.Values],
            Attackers = [.. _attackers.Values],
            Repeats = [.. _repeats.Values],
            Evidence = [.. _evidence.Values],
            KnownGood = [.. _knownGood.Values],
        };

        public void Take(GuardChanges changes)
        {
            if (changes.Whole is { } whole)
            {
                _bans.Clear();
                _folded.Clear();
                _attackers.Clear();
                _repeats.Clear();
                _evidence.Clear();
                _knownGood.Clear();
                Array.ForEach([.. whole.Bans], ban => _bans.Add((ban.Target, ban.Jail), ban));
                Array.ForEach([.. whole.Folded], ban => _folded.Add((ban.Target, ban.Jail), ban));
                changes = new GuardChanges { Attackers = whole.Attackers, Repeats = whole.Repeats, Evidence = whole.Evidence, KnownGood = whole.KnownGood };
            }

            foreach (BanChange change in changes.Bans)
            {
                (Prefix, string) key = (change.Ban.Target, change.Ban.Jail);
                _bans.Remove(key);
                _folded.Remove(key);
                if (change.Ended is null or UnbanCause.Folded)
                {
                    (change.Ended is null ? _bans : _folded)[key] = change.Ban;
                }
            }

            Array.ForEach([.. changes.AttackersGone], key => _attackers.Remove(key));
            Array.ForEach([.. changes.RepeatsGone], key => _repeats.Remove(key));
            Array.ForEach([.. changes.EvidenceGone], key => _evidence.Remove(key));
            Array.ForEach([.. changes.KnownGoodGone], key => _knownGood.Remove(key));
            Array.ForEach([.. changes.Attackers], record => _attackers[(record.Jail, record.Subject)] = record);
            Array.ForEach([.. changes.Repeats], record => _repeats[(record.Jail, record.Subject)] = record);
            Array.ForEach([.. changes.Evidence], record => _evidence[record.Subject] = record);
            Array.ForEach([.. changes.KnownGood], record => _knownGood[record.Subject] = record);
        }
    }
}
