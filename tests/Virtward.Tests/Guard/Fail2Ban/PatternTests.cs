using System.Text.RegularExpressions;
using Virtward.Guard.Fail2Ban.Engine;
using Virtward.Guard.Fail2Ban.Patterns;
using Xunit;

namespace Virtward.Tests.Guard.Fail2Ban;

public sealed class PatternTests
{
    [Theory]
    [InlineData("(?P<a>x)(?P=a)", @"(?<a>x)\k<a>")]
    [InlineData("(?iu)x{,3}", "(?i)x{0,3}")]
    [InlineData(@"a\Z", @"a\z")]
    [InlineData("[a-z-[x]", @"[a-z-\[x]")]
    [InlineData("[]a]", "[]a]")]
    [InlineData(@"a\_b", "a_b")]
    [InlineData("(?P<n>x)?(?(n)y|z)", "(?<n>x)?(?(n)y|z)")]
    [InlineData("x{a}{,b}", "x{a}{,b}")]
    [InlineData(@"(a)(?P<n>b)\1\2", @"(?<g1_>a)(?<n>b)\k<g1_>\k<n>")]
    [InlineData("(?u:x)", "(?:x)")]
    [InlineData(@"\\Z", @"\\Z")]
    public void Pythons_dialect_becomes_dotnets(string python, string dotnet) => Assert.Equal(dotnet, PythonRegex.ToDotNet(python));

    [Theory]
    [InlineData("<HOST>", "198.51.100.7", "ip4", "198.51.100.7")]
    [InlineData("<HOST>", "[2001:db8::1]", "ip6", "2001:db8::1")]
    [InlineData("<HOST>", "::ffff:198.51.100.7", "ip4", "198.51.100.7")]
    [InlineData("<HOST>", "mail.example.org", "dns", "mail.example.org")]
    [InlineData("<ADDR> <F-USER>\\S+</F-USER>", "::1 root", "user", "root")]
    [InlineData("<SUBNET>", "198.51.100.0/24", "cidr", "24")]
    [InlineData("<F-ID>\\w+</F-ID>", "abc", "fid", "abc")]
    [InlineData("((?i)USER) <IP4>", "user 198.51.100.7", "ip4", "198.51.100.7")]
    public void Tags_become_groups(string regex, string text, string group, string value)
    {
        Match match = Regex.Match(text, PythonRegex.ToDotNet("^" + RegexTags.Expand(regex, captureNames: true) + "$"));
        Assert.True(match.Success);
        Assert.Equal(value, match.Groups[group].Value);
    }

    [Fact]
    public void Without_names_a_host_is_an_address() =>
        Assert.DoesNotMatch(PythonRegex.ToDotNet("^" + RegexTags.Expand("<HOST>", captureNames: false) + "$"), "mail.example.org");

    [Fact]
    public void Leaving_out_the_look_behind_changes_no_match()
    {
        string ours = PythonRegex.ToDotNet(RegexTags.Expand("<IP6>", captureNames: true));
        string theirs = ours.Replace("|:))", "|(?<=:):))", StringComparison.Ordinal);
        Assert.NotEqual(ours, theirs);
        var random = new Random(6);
        for (int round = 0; round < 20_000; round++)
        {
            string text = new([.. Enumerable.Range(0, random.Next(24)).Select(_ => "01af::: .x"[random.Next(10)])]);
            Assert.Equal(Regex.Match(text, theirs).Value, Regex.Match(text, ours).Value);
        }
    }

    [Fact]
    public void A_broken_expression_is_a_problem() =>
        Assert.Contains("cannot be read", Rule.Build("(<HOST>", true, false).Problem!.ToString(), StringComparison.Ordinal);

    [Fact]
    public void An_empty_expression_is_a_problem() =>
        Assert.Contains("is empty", Rule.Build(" ", true, false).Problem!.ToString(), StringComparison.Ordinal);

    [Fact]
    public void The_prefilter_asks_for_words_that_no_cut_date_can_have_joined()
    {
        Prefilter prefilter = Prefilter.Of([@"^ \[\] login failed", "^ (?:wrong|bad) password"], cutsAtWordEdges: true);
        Assert.True(prefilter.IsUseful);
        Assert.Equal(1UL, prefilter.Candidates("[2026-01-01] login failed"u8));
        Assert.Equal(2UL, prefilter.Candidates("2026-01-01 wrong password"u8));
        Assert.Equal(0UL, prefilter.Candidates("nothing of it"u8));
        Assert.True(prefilter.MayMatch("2026-01-01 wrong password"u8));
        Assert.False(prefilter.MayMatch("nothing of it"u8));
        Assert.Equal([" login failed", " password"], prefilter.AnyOf);
        Assert.False(Prefilter.Of(["login failed"], cutsAtWordEdges: false).IsUseful);
        Assert.False(Prefilter.Of([@"^\S+ \d+$", "login"], cutsAtWordEdges: true).IsUseful);
    }
}
