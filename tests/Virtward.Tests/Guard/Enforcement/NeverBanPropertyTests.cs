using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Time;
using Virtward.Guard;
using Virtward.Guard.Bans;
using Virtward.Guard.Enforcement;
using Xunit;

namespace Virtward.Tests.Guard.Enforcement;

/// <summary>
/// Whatever is banned, lifted, folded, carved, flushed and repaired, in whatever order: the kernel holds nothing of the never-ban list,
/// and drops exactly what the bans in force say, held against the plainest model there is.
/// </summary>
public sealed class NeverBanPropertyTests
{
    private static readonly string[] Jails = ["sshd", "nginx", "prefix", "manual"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void No_sequence_of_events_bans_the_never_banned(int seed)
    {
        var random = new Random(seed);
        var clock = new SteppedClock();
        using var kernel = new MemoryFirewall(clock);
        List<Prefix> never = RandomList(random);
        var enforcer = new Enforcer(kernel, clock, ban => Bans.Carve(ban.Target, never));
        enforcer.Reconcile([]);
        var model = new Dictionary<(Prefix Target, string Jail), Ban>();
        for (int step = 0; step < 250; step++)
        {
            switch (random.Next(10))
            {
                case 0:
                    List<Prefix> next = RandomList(random);
                    never = next;
                    enforcer.ReplaceNeverBan(ban => Bans.Carve(ban.Target, next));
                    break;
                case 1:
                    kernel.Apply("flush ruleset\n");
                    enforcer.Reconcile();
                    break;
                case 2:
                    clock.Advance(TimeSpan.FromMinutes(random.Next(20)));
                    break;
                case 3:
                    enforcer.Reconcile(model.Values.Where(b => b.Until > UnixTime.Now(clock)).ToList());
                    break;
                default:
                    Assert.Null(enforcer.Apply(RandomEvents(random, clock, model)).Problem);
                    break;
            }

            Check(random, clock, kernel, enforcer, never, model);
        }
    }

    private static List<GuardEvent> RandomEvents(Random random, SteppedClock clock, Dictionary<(Prefix, string), Ban> model)
    {
        var events = new List<GuardEvent>();
        for (int i = random.Next(1, 6); i > 0; i--)
        {
            if (random.Next(3) == 0 && model.Count > 0)
            {
                Ban ended = model.Values.ElementAt(random.Next(model.Count));
                model.Remove((ended.Target, ended.Jail));
                events.Add(Bans.Unbanned(ended, random.Next(2) == 0 ? UnbanCause.Folded : UnbanCause.ByHand));
                continue;
            }

            Ban ban = Bans.Of(clock, RandomPrefix(random).ToString(), TimeSpan.FromMinutes(random.Next(1, 60)), Jails[random.Next(Jails.Length)])
                with { Simulated = random.Next(8) == 0, Ports = random.Next(4) == 0 ? [new PortScope(Transport.Tcp, 22, 23)] : [] };
            model[(ban.Target, ban.Jail)] = ban;
            events.Add(Bans.Banned(ban));
        }

        return events;
    }

    private static void Check(
        Random random, SteppedClock clock, MemoryFirewall kernel, Enforcer enforcer, List<Prefix> never, Dictionary<(Prefix, string), Ban> model)
    {
        foreach ((string set, Prefix prefix) in kernel.Banned())
        {
            Assert.True(!never.Any(prefix.Overlaps), $"{prefix} in {set} overlaps the never-ban list");
        }

        UnixTime now = UnixTime.Now(clock);
        for (int probe = 0; probe < 20; probe++)
        {
            Address address = RandomPrefix(random).First;
            int port = random.Next(2) == 0 ? 22 : 80;
            bool expected = !never.Any(n => n.Contains(address)) && model.Values.Any(ban =>
                !ban.Simulated && ban.Until > now && ban.Target.Contains(address) && (ban.Ports.IsEmpty || port == 22));
            Assert.True(expected == kernel.Drops(address, Transport.Tcp, port), $"{address} port {port} should be {(expected ? "dropped" : "let through")}");
            Assert.Equal(expected, enforcer.Blocks(address, Transport.Tcp, port));
        }
    }

    private static List<Prefix> RandomList(Random random) => [.. Enumerable.Range(0, random.Next(6)).Select(_ => RandomPrefix(random))];

    // A small world, so that everything meets everything.
    private static Prefix RandomPrefix(Random random)
    {
        if (random.Next(4) == 0)
        {
            var high = new Address(0x20010db8_00000000UL + (ulong)random.Next(16), (ulong)random.Next(16));
            return new Prefix(high, random.Next(3) == 0 ? 128 : random.Next(58, 129));
        }

        return new Prefix(Address.FromV4(0xC6336400u | (uint)random.Next(256)), random.Next(3) == 0 ? 32 : random.Next(21, 33));
    }
}
