using Virtward.Core.Net;
using Virtward.Exposure.Answers;
using Virtward.Exposure.Matrix;
using Xunit;

namespace Virtward.Tests.Exposure.Matrix;

public sealed class SourceWordsTests
{
    private static readonly PrefixSet Everyone = Set("0.0.0.0/0", "::/0");
    private static readonly PrefixSet Own = Set("203.0.113.10");

    [Theory]
    [InlineData("0.0.0.0/0 ::/0", "anyone")]
    [InlineData("0.0.0.0/0", "anyone over IPv4")]
    [InlineData("::/0", "anyone over IPv6")]
    [InlineData("192.168.1.0/24", "192.168.1.0/24")]
    [InlineData("", "nobody")]
    public void Both_families(string accepted, string words) => Assert.Equal(words, Describe(Set(accepted.Split(' ', StringSplitOptions.RemoveEmptyEntries)), Everyone));

    [Fact]
    public void What_no_stranger_sends_from_does_not_count()
    {
        PrefixSet asked = Set("0.0.0.0/0");
        PrefixSet accepted = asked.Subtract(Set("127.0.0.0/8", "224.0.0.0/4", "0.0.0.0/8", "203.0.113.10"));
        Assert.Equal("anyone", Describe(accepted, asked));
        Assert.Equal("anyone but 198.51.100.0/24", Describe(accepted.Subtract(Set("198.51.100.0/24")), asked));
        Assert.Equal("anyone but 3 subnets", Describe(accepted.Subtract(Set("198.51.100.0/24", "192.0.2.0/24", "8.8.8.0/24")), asked));
        Assert.Equal("198.51.100.0/24, 203.0.113.0/29 and 2 more", Describe(Set("198.51.100.0/24", "203.0.113.0/29", "203.0.113.64/29", "203.0.113.128/29"), asked));
    }

    [Fact]
    public void A_limit_and_the_unproven_are_said()
    {
        PrefixSet asked = Set("0.0.0.0/0");
        var limited = new SourceSets(Set("192.168.1.0/24"), asked.Subtract(Set("192.168.1.0/24")), PrefixSet.Empty, PrefixSet.Empty, PrefixSet.Empty)
        {
            DependsOn = ["6/minute each"],
        };
        Assert.Equal("192.168.1.0/24; anyone but 192.168.1.0/24, 6/minute each", SourceWords.Describe(limited, asked, PrefixSet.Empty));
        var unproven = new SourceSets(PrefixSet.Empty, PrefixSet.Empty, asked, PrefixSet.Empty, PrefixSet.Empty);
        Assert.Equal("unproven: anyone", SourceWords.Describe(unproven, asked, PrefixSet.Empty));
    }

    [Fact]
    public void Little_of_one_family_does_not_drown_in_all_of_the_other()
    {
        Assert.Equal("192.168.1.0/24, 198.51.100.0/24 and anyone over IPv6", Describe(Set("192.168.1.0/24", "198.51.100.0/24", "::/0"), Everyone));
        Assert.Equal("anyone over IPv4 and 2001:db8::/64", Describe(Set("0.0.0.0/0", "2001:db8::/64"), Everyone));
        Assert.Equal("anyone but 198.51.100.0/24", Describe(Everyone.Subtract(Set("198.51.100.0/24")), Everyone));
    }

    [Fact]
    public void The_hosts_own_address_parts_no_network() => Assert.Equal(
        "203.0.113.0/24 and anyone over IPv6", Describe(Set("203.0.113.0/24", "::/0").Subtract(Own), Everyone));

    [Theory]
    [InlineData("limit rate 6/minute", "anyone, 6/minute")]
    [InlineData("limit rate over 3/minute burst 3 packets each", "anyone, 3/minute burst 3 packets each")]
    [InlineData("elements of the set banned that go away with time", "anyone, as elements of the set banned go away with time")]
    [InlineData("numgen random mod 2", "anyone, numgen random mod 2")]
    public void What_it_hangs_on_is_told_as_whoever_gets_in_sees_it(string depends, string words)
    {
        PrefixSet asked = Set("0.0.0.0/0");
        var limited = new SourceSets(PrefixSet.Empty, asked, PrefixSet.Empty, PrefixSet.Empty, PrefixSet.Empty) { DependsOn = ["whether the set x is full", depends] };
        Assert.Equal(words, SourceWords.Describe(limited, asked, PrefixSet.Empty));
    }

    private static string Describe(PrefixSet accepted, PrefixSet asked) => SourceWords.Describe(
        new SourceSets(accepted, PrefixSet.Empty, PrefixSet.Empty, PrefixSet.Empty, asked.Subtract(accepted)), asked, Own);

    private static PrefixSet Set(params string[] prefixes) => PrefixSet.Of(prefixes.Select(Prefix.Parse));
}
