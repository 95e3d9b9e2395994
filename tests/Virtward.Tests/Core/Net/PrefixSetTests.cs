using Virtward.Core.Net;
using Xunit;

namespace Virtward.Tests.Core.Net;

public sealed class PrefixSetTests
{
    [Theory]
    [InlineData("10.0.0.0/25 10.0.0.128/25", "10.0.0.0/24")]
    [InlineData("10.0.0.0/24 10.0.0.7 10.0.0.64/26", "10.0.0.0/24")]
    [InlineData("10.0.0.1 10.0.0.2 10.0.0.3", "10.0.0.1, 10.0.0.2/31")]
    [InlineData("::/0 0.0.0.0/0", "0.0.0.0/0, ::/0")]
    [InlineData("2001:db8:1::/48 2001:db8::/48", "2001:db8::/47")]
    [InlineData("255.255.255.255 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "255.255.255.255, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    public void Is_the_shortest_list_of_prefixes(string prefixes, string expected) =>
        Assert.Equal(expected, Set(prefixes).ToString());

    [Theory]
    [InlineData("192.0.2.0/24", "192.0.2.77", "192.0.2.0/26 192.0.2.64/29 192.0.2.72/30 192.0.2.76 192.0.2.78/31 192.0.2.80/28 192.0.2.96/27 192.0.2.128/25")]
    [InlineData("192.0.2.0/24", "192.0.2.0/24", "")]
    [InlineData("192.0.2.0/24", "10.0.0.0/8", "192.0.2.0/24")]
    [InlineData("192.0.2.0/24", "::/0", "192.0.2.0/24")]
    [InlineData("2001:db8::/62", "2001:db8:0:1::/64", "2001:db8::/64 2001:db8:0:2::/63")]
    public void Carves_itself_from_a_prefix(string from, string set, string expected)
    {
        Prefix[] wanted = [.. expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Prefix.Parse)];
        Assert.Equal(wanted, Set(set).CarveFrom(Prefix.Parse(from)));
    }

    [Fact]
    public void The_whole_of_IPv6_holds_no_IPv4_address_even_when_its_neighbours_are_cut_out()
    {
        // ::ffff:0:0/96 is where IPv4 lies; its sibling is ::fffe:0:0/96.
        PrefixSet rest = Set("::/0").Subtract(Prefix.Parse("::fffe:0:0/96"));

        Assert.DoesNotContain(rest, static prefix => prefix.IsV4);
        Assert.False(rest.Contains(Address.Parse("192.0.2.1")));
        Assert.False(rest.Contains(Address.Parse("::fffe:0:1")));
        Assert.True(rest.Contains(Address.Parse("::1:0:0:0")));
    }

    [Theory]
    [InlineData("172.16.16.0/20")]
    [InlineData("2001:db8::/116")]
    [InlineData("0.0.0.0/20")]
    [InlineData("255.255.240.0/20")]
    [InlineData("ffff:ffff:ffff:ffff:ffff:ffff:ffff:f000/116")]
    public void Agrees_with_a_bitmap_of_4096_addresses(string universe)
    {
        var random = new Random(11);
        var space = Prefix.Parse(universe);
        for (int round = 0; round < 100; round++)
        {
            (PrefixSet left, bool[] leftBits) = RandomSet(random, space);
            (PrefixSet right, bool[] rightBits) = RandomSet(random, space);

            Same(space, left.Union(right), (at) => leftBits[at] || rightBits[at]);
            Same(space, left.Intersect(right), (at) => leftBits[at] && rightBits[at]);
            Same(space, left.Subtract(right), (at) => leftBits[at] && !rightBits[at]);

            Prefix probe = RandomPrefix(random, space);
            (int first, int count) = Bits(space, probe);
            Assert.Equal(leftBits.AsSpan(first, count).Contains(true), left.Overlaps(probe));
            Assert.Equal(!leftBits.AsSpan(first, count).Contains(false), left.Contains(probe));
            Same(space, PrefixSet.Of(left.CarveFrom(probe)), (at) => at >= first && at < first + count && !leftBits[at]);
            Assert.Equal(PrefixSet.Of(left.CarveFrom(probe)).Count, left.CarveFrom(probe).Length);
        }
    }

    private static PrefixSet Set(string prefixes) => PrefixSet.Of(prefixes.Split(' ').Select(Prefix.Parse));

    private static (PrefixSet Set, bool[] Bits) RandomSet(Random random, Prefix space)
    {
        var bits = new bool[4096];
        var prefixes = new Prefix[random.Next(0, 12)];
        foreach (ref Prefix prefix in prefixes.AsSpan())
        {
            prefix = RandomPrefix(random, space);
            (int first, int count) = Bits(space, prefix);
            bits.AsSpan(first, count).Fill(true);
        }

        return (PrefixSet.Of(prefixes), bits);
    }

    private static Prefix RandomPrefix(Random random, Prefix space) =>
        new(Address.FromValue(space.First.Value + (uint)random.Next(4096)), space.Length + random.Next(0, 13));

    private static (int First, int Count) Bits(Prefix space, Prefix prefix) =>
        ((int)(prefix.First.Value - space.First.Value), (int)prefix.Count);

    private static void Same(Prefix space, PrefixSet set, Func<int, bool> expected)
    {
        int held = 0;
        for (int at = 0; at < 4096; at++)
        {
            Assert.Equal(expected(at), set.Contains(Address.FromValue(space.First.Value + (uint)at)));
            held += expected(at) ? 1 : 0;
        }

        Assert.Equal(held, set.AddressCount);

        // Disjoint, sorted, and no two that could be one.
        for (int at = 1; at < set.Count; at++)
        {
            Assert.True(set[at - 1].Last < set[at].First);
            Assert.False(set[at - 1].Length == set[at].Length
                && set[at].Length > 0
                && set[at - 1].Widen(set[at].Length - 1) == set[at].Widen(set[at].Length - 1));
        }
    }
}
