using Virtward.Core.Host;
using Xunit;

namespace Virtward.Tests.Guard.Sources;

public sealed class GlobTests
{
    [Theory]
    [InlineData("*.log", "auth.log", true)]
    [InlineData("*.log", ".log", false)]
    [InlineData(".*", ".log", true)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData("a*b*c", "a-b-b-c", true)]
    [InlineData("a*b*c", "a-b-b-", false)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[!a-c]x", "bx", false)]
    [InlineData("[^a-c]x", "dx", true)]
    [InlineData("[]]x", "]x", true)]
    [InlineData("[a-]x", "-x", true)]
    [InlineData("[ax", "[ax", true)]
    [InlineData("[", "[", true)]
    [InlineData("[]", "[]", true)]
    [InlineData("", "", true)]
    [InlineData("*", "", true)]
    [InlineData("**", "x", true)]
    public void Matches_as_glob_does(string pattern, string name, bool matches) =>
        Assert.Equal(matches, Glob.Matches(pattern, name));

    [Fact]
    public void A_hostile_pattern_ends_soon() =>
        Assert.False(Glob.Matches(string.Concat(Enumerable.Repeat("a*", 100)) + "b", new string('a', 255)));
}
