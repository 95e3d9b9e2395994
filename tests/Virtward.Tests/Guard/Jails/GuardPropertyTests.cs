using Virtward.Core.Net;
using Virtward.Guard;
using Virtward.Guard.Bans;
using Xunit;

namespace Virtward.Tests.Guard.Jails;

/// <summary>What holds whatever happens.</summary>
public sealed class GuardPropertyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Never_ban_holds_bans_are_single_and_every_ban_ends(int seed)
    {
        var world = new RandomGuard(seed);
        var bench = new GuardBench(seed % 2 == 0 ? RandomGuard.Policy : RandomGuard.PolicyWithSieges);
        var told = new Dictionary<(Prefix, string), Ban>();
        var causes = new HashSet<UnbanCause>();
        int prefixBans = 0;
        int sieges = 0;
        for (int step = 0; step < 4000; step++)
        {
            world.Next()(bench);
            foreach (GuardEvent e in bench.Events)
            {
                Apply(e, told, causes);
                prefixBans += e is GuardEvent.Banned { Ban.Origin: BanOrigin.Prefix } ? 1 : 0;
                sieges += e is GuardEvent.SiegeBegan ? 1 : 0;
            }

            bench.Events.Clear();
            Check(bench, world.NeverBan, told);
        }

        // The world was worth it.
        Assert.True(prefixBans > 20);
        Assert.Equal(seed % 2 == 1, sieges > 0);
        Assert.Equal(5, causes.Count);

        bench.Engine.Advance(bench.Engine.Now + (BanTerm.Longest * 2), bench.Events);
        bench.Events.ForEach(e => Apply(e, told, causes));
        Assert.Empty(told);
        Assert.Empty(bench.Engine.Save().Folded);
    }

    // Events alone must tell what is in force: a ban begins only where there is none, and ends only where there is one.
    private static void Apply(GuardEvent e, Dictionary<(Prefix, string), Ban> told, HashSet<UnbanCause> causes)
    {
        if (e is GuardEvent.Banned { Ban: var begun })
        {
            Assert.True(told.TryAdd((begun.Target, begun.Jail), begun), $"{begun.Target} is banned twice by {begun.Jail}");
            Assert.True(begun.Until > e.Time);
        }
        else if (e is GuardEvent.Unbanned { Ban: var ended, Cause: var cause })
        {
            Assert.True(told.Remove((ended.Target, ended.Jail), out Ban? ban));
            Assert.Same(ban, ended);
            causes.Add(cause);
        }
    }

    private static void Check(GuardBench bench, NeverBan neverBan, Dictionary<(Prefix, string), Ban> told)
    {
        Assert.True(bench.Engine.Tracked <= RandomGuard.Policy.MaxTracked);
        Assert.Equal(bench.Engine.Bans.Count, told.Count);
        foreach (Ban ban in bench.Engine.Bans.All)
        {
            Assert.Same(told[(ban.Target, ban.Jail)], ban);
            Assert.True(ban.Until > bench.Engine.Now && ban.Until <= bench.Engine.Now + BanTerm.Longest);
            Assert.True(ban.Origin is not (BanOrigin.Jail or BanOrigin.Prefix) || ban.Simulated || !Covered(bench, ban), $"{ban.Target} was not folded");

            IEnumerable<Prefix> carved = neverBan.Carve(ban);
            Assert.NotEmpty(carved);
            IEnumerable<NeverBanEntry> list = ban.Forced ? NeverBan.Always : neverBan.Entries;
            foreach (Prefix piece in carved)
            {
                Assert.True(ban.Target.Contains(piece));
                Assert.DoesNotContain(list, entry => entry.Prefix.Overlaps(piece));
            }
        }
    }

    private static bool Covered(GuardBench bench, Ban ban) =>
        bench.Engine.Bans.Enclosing(ban.Target).Any(outer => outer.Origin == BanOrigin.Prefix && outer != ban);
}
