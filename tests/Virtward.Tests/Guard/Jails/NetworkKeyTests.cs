using Virtward.Core.Net;
using Virtward.Guard.Jails;
using Xunit;

namespace Virtward.Tests.Guard.Jails;

public sealed class NetworkKeyTests
{
    [Fact]
    public void Every_prefix_of_every_length_is_one_key_and_comes_back()
    {
        var random = new Random(9);
        var seen = new Dictionary<ulong, Prefix>();
        for (int i = 0; i < 20_000; i++)
        {
            bool v4 = random.Next(2) == 0;
            Address address = v4
                ? Address.FromV4((uint)random.NextInt64(1L << 32) & (uint)-random.Next(3))
                : new Address(((ulong)random.NextInt64() << 1) & ~(ulong)random.NextInt64(), 5);
            if (!SubjectKey.TryFrom(address, out SubjectKey subject))
            {
                continue;
            }

            var prefix = new Prefix(address, random.Next(1, subject.Length));
            Assert.True(NetworkKey.TryFrom(prefix, out NetworkKey key));
            Assert.Equal(prefix, key.ToPrefix());
            Assert.Equal(NetworkKey.Of(subject, prefix.Length), key);
            Assert.True(seen.TryAdd(key.Bits, prefix) || seen[key.Bits] == prefix);
        }
    }

    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("0.0.0.0/0")]
    [InlineData("::/0")]
    [InlineData("2001:db8::/64")]
    [InlineData("2001:db8::1")]
    public void What_is_no_wider_than_a_subject_or_everything_is_none(string prefix) =>
        Assert.False(NetworkKey.TryFrom(Prefix.Parse(prefix), out _));

    [Fact]
    public void The_cover_tells_the_widest()
    {
        var cover = new NetworkCover();
        Assert.True(cover.Add(Prefix.Parse("203.0.113.0/24")));
        Assert.True(cover.Add(Prefix.Parse("203.0.112.0/20")));
        Assert.False(cover.Add(Prefix.Parse("203.0.112.0/20")));
        SubjectKey.TryFrom(Address.Parse("203.0.113.9"), out SubjectKey subject);
        Assert.True(cover.TryFind(subject, 32, out NetworkKey widest));
        Assert.Equal("203.0.112.0/20", widest.ToPrefix().ToString());
        cover.Remove(Prefix.Parse("203.0.112.0/20"));
        Assert.True(cover.Covers(subject));
        Assert.False(cover.TryFind(subject, 24, out _));
        cover.Remove(Prefix.Parse("203.0.113.0/24"));
        Assert.False(cover.Covers(subject));
    }
}
