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

    private static string Describe(PrefixSet accepted, PrefixSet asked) => SourceWords.Describe(
        new SourceSets(accepted, PrefixSet.Empty, PrefixSet.Empty, PrefixSet.Empty, asked.Subtract(accepted)), asked, Own);

    private static PrefixSet Set(params string[] prefixes) => PrefixSet.Of(prefixes.Select(Prefix.Parse));
}
