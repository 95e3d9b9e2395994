using Virtward.Core.Net;
using Virtward.Core.Time;
using Virtward.Guard.Bans;
using Xunit;

namespace Virtward.Tests.Guard.Bans;

public sealed class BanSetTests
{
    private static readonly string[] Jails = ["nginx", "recidive", "sshd"];

    [Fact]
    public void Finds_what_encloses_a_prefix_the_widest_first()
    {
        BanSet bans = Of("192.0.2.7", "192.0.2.0/24", "192.0.0.0/16", "192.0.3.0/24", "::/0");

        Assert.Equal(["192.0.0.0/16", "192.0.2.0/24", "192.0.2.7"], Targets(bans.Enclosing(Prefix.Parse("192.0.2.7"))));
        Assert.Equal(["192.0.0.0/16", "192.0.2.0/24"], Targets(bans.Enclosing(Prefix.Parse("192.0.2.0/25"))));
        Assert.Empty(bans.Enclosing(Prefix.Parse("10.0.0.1")));
    }

    [Fact]
    public void The_whole_of_IPv6_neither_encloses_nor_holds_IPv4()
    {
        BanSet bans = Of("::/0", "0.0.0.0/0", "192.0.2.7", "::ffff:0:0:0/96");

        Assert.Equal(["0.0.0.0/0", "192.0.2.7"], Targets(bans.Enclosing(Prefix.Parse("192.0.2.7"))));
        Assert.Equal(["::/0", "::ffff:0:0:0/96"], Targets(bans.Inside(Prefix.Parse("::/0"))));
        Assert.Equal(["0.0.0.0/0", "192.0.2.7"], Targets(bans.Inside(Prefix.Parse("0.0.0.0/0"))));
    }

    [Fact]
    public void Holds_one_ban_of_each_jail_for_a_target()
    {
        var bans = new BanSet();
        Ban first = Ban("192.0.2.7", "sshd");

        Assert.True(bans.Add(first));
        Assert.False(bans.Add(Ban("192.0.2.7", "sshd")));
        Assert.True(bans.Add(Ban("192.0.2.7", "nginx")));
        Assert.Same(first, bans.Find(Prefix.Parse("192.0.2.7"), "sshd"));
        Assert.False(bans.Remove(first with { Reason = "another" }));
        Assert.True(bans.Remove(first));
        Assert.False(bans.Remove(first));
        Assert.Equal("nginx", Assert.Single(bans.All).Jail);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Many_bans_come_out_in_order_however_they_came_in(bool inOrder)
    {
        uint[] addresses = [.. Enumerable.Range(0, 5_000).Select(static i => (uint)i * 77)];
        if (!inOrder)
        {
            new Random(5).Shuffle(addresses);
        }

        var bans = new BanSet();
        foreach (uint address in addresses)
        {
            Assert.True(bans.Add(Ban(new Prefix(Address.FromV4(address)).ToString(), "sshd")));
        }

        Assert.Equal(addresses.Order(), bans.All.Select(static ban => ban.Target.First.V4));
        Assert.All(addresses, address => Assert.NotNull(bans.Find(new Prefix(Address.FromV4(address)), "sshd")));
        Assert.All(addresses, address => Assert.True(bans.Remove(bans.Find(new Prefix(Address.FromV4(address)), "sshd")!)));
        Assert.Empty(bans.All);
        Assert.True(bans.Add(Ban("192.0.2.7", "sshd")));
    }

    [Fact]
    public void Agrees_with_a_dictionary_over_random_changes()
    {
        var random = new Random(3);
        var bans = new BanSet();
        var model = new Dictionary<(Prefix Target, string Jail), Ban>();
        for (int step = 0; step < 30_000; step++)
        {
            Prefix target = RandomPrefix(random);
            string jail = Jails[random.Next(Jails.Length)];
            if (random.Next(5) < 3)
            {
                Ban ban = Ban(target.ToString(), jail);
                Assert.Equal(model.TryAdd((target, jail), ban), bans.Add(ban));
            }
            else
            {
                Assert.Equal(model.Remove((target, jail), out Ban? ban), bans.Remove(ban ?? Ban(target.ToString(), jail)));
            }

            Assert.Equal(model.Count, bans.Count);
            Assert.Same(model.GetValueOrDefault((target, jail)), bans.Find(target, jail));
            if (step % 50 == 0)
            {
                Prefix probe = RandomPrefix(random);
                Assert.Equal(Ordered(model.Values.Where(ban => ban.Target.Contains(probe))), bans.Enclosing(probe));
                Assert.Equal(Ordered(model.Values.Where(ban => probe.Contains(ban.Target))), bans.Inside(probe));
                Assert.Equal(Ordered(model.Values), bans.All);
            }
        }
    }

    private static IEnumerable<Ban> Ordered(IEnumerable<Ban> bans) =>
        bans.OrderByDescending(static ban => ban.Target.IsV4).ThenBy(static ban => ban.Target).ThenBy(static ban => ban.Jail, StringComparer.Ordinal);

    private static IEnumerable<string> Targets(IEnumerable<Ban> bans) => bans.Select(static ban => ban.Target.ToString());

    private static BanSet Of(params string[] targets)
    {
        var bans = new BanSet();
        Assert.All(targets, target => Assert.True(bans.Add(Ban(target, "sshd"))));
        return bans;
    }

    private static Ban Ban(string target, string jail) => new()
    {
        Target = Prefix.Parse(target),
        Jail = jail,
        Origin = BanOrigin.Jail,
        Since = UnixTime.FromSeconds(1),
        Until = UnixTime.FromSeconds(2),
        Reason = "5 failed logins in 2 minutes",
    };

    // Few addresses and every length, so that prefixes meet often, at both ends of both families.
    private static Prefix RandomPrefix(Random random)
    {
        uint low = (uint)random.Next(8) | (random.Next(2) == 0 ? 0x8000_0000 : 0);
        return random.Next(2) == 0
            ? new Prefix(Address.FromV4(low), random.Next(33))
            : new Prefix(new Address(random.Next(2) == 0 ? 0x2001_0db8_0000_0000u : ulong.MaxValue, low), random.Next(129));
    }
}
