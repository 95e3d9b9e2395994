using Virtward.Core.Net;
using Xunit;

namespace Virtward.Tests.Core.Net;

public sealed class PrefixTrieTests
{
    [Fact]
    public void Finds_what_encloses_an_address_the_widest_first()
    {
        var trie = new PrefixTrie<string>();
        foreach (string text in (string[])["192.0.2.7", "192.0.2.0/24", "192.0.0.0/16", "192.0.3.0/24", "::/0"])
        {
            trie.Set(Prefix.Parse(text), text);
        }

        Assert.Equal(["192.0.0.0/16", "192.0.2.0/24", "192.0.2.7"], trie.Enclosing(Address.Parse("192.0.2.7")).Select(static e => e.Value));
        Assert.True(trie.TryLongest(Address.Parse("192.0.2.8"), out Prefix prefix, out string? value));
        Assert.Equal(("192.0.2.0/24", "192.0.2.0/24"), (prefix.ToString(), value));
        Assert.False(trie.TryLongest(Address.Parse("10.0.0.1"), out _, out _));
    }

    [Fact]
    public void The_whole_of_IPv6_does_not_enclose_IPv4()
    {
        var trie = new PrefixTrie<int>();
        trie.Set(Prefix.Parse("::/0"), 6);

        Assert.Empty(trie.Enclosing(Address.Parse("192.0.2.7")));
        trie.Set(Prefix.Parse("0.0.0.0/0"), 4);
        Assert.Equal([4], trie.Inside(Prefix.Parse("0.0.0.0/0")).Select(static e => e.Value));
        Assert.Equal([6], trie.Inside(Prefix.Parse("::/0")).Select(static e => e.Value));
    }

    [Fact]
    public void Agrees_with_a_dictionary_over_random_changes()
    {
        var random = new Random(3);
        var trie = new PrefixTrie<int>();
        var model = new Dictionary<Prefix, int>();
        for (int step = 0; step < 30_000; step++)
        {
            Prefix prefix = RandomPrefix(random);
            if (random.Next(5) < 3)
            {
                trie.Set(prefix, step);
                model[prefix] = step;
            }
            else
            {
                Assert.Equal(model.Remove(prefix), trie.Remove(prefix));
            }

            Assert.Equal(model.Count, trie.Count);
            Assert.Equal(model.TryGetValue(prefix, out int expected), trie.TryGet(prefix, out int got));
            Assert.Equal(expected, got);
            if (step % 50 == 0)
            {
                Prefix probe = RandomPrefix(random);
                Assert.Equal(model.Where(e => e.Key.Contains(probe)).OrderBy(static e => e.Key), trie.Enclosing(probe), SameEntry);
                Assert.Equal(model.Where(e => probe.Contains(e.Key)).OrderBy(static e => e.Key), trie.Inside(probe), SameEntry);
                Assert.Equal(model.OrderByDescending(static e => e.Key.IsV4).ThenBy(static e => e.Key), trie.All, SameEntry);
            }
        }
    }

    private static bool SameEntry(KeyValuePair<Prefix, int> left, KeyValuePair<Prefix, int> right) => left.Key == right.Key && left.Value == right.Value;

    // Few addresses and every length, so that prefixes meet often, at both ends of both families.
    private static Prefix RandomPrefix(Random random)
    {
        uint low = (uint)random.Next(8) | (random.Next(2) == 0 ? 0x8000_0000 : 0);
        return random.Next(2) == 0
            ? new Prefix(Address.FromV4(low), random.Next(33))
            : new Prefix(new Address(random.Next(2) == 0 ? 0x2001_0db8_0000_0000u : ulong.MaxValue, low), random.Next(129));
    }
}
