using System.Text;
using System.Text.RegularExpressions;
using Virtward.Guard.Filters.Regexes;
using Xunit;

namespace Virtward.Tests.Guard.Filters.Regexes;

public sealed class RequiredLiteralsTests
{
    [Theory]
    [InlineData("^Failed password for .* from (?<ip>\\S+)$", "Failed password for ")]
    [InlineData("(?:authentication|login) failed", " failed")]
    [InlineData("a+bcd(efg)?hij", "bcd")]
    [InlineData("abc{2}defg", "defg")]
    [InlineData("(?:foo|bar)+", "bar|foo")]
    [InlineData("(?:foo|x)", "")]
    [InlineData("foo|", "")]
    [InlineData("(?:foobar)?", "")]
    [InlineData("(?:foobar){0,3}", "")]
    [InlineData("(?:foobar){,3}x", "")]
    [InlineData("(?:foobar){1,3}", "foobar")]
    [InlineData("(?!never)always", "always")]
    [InlineData("(?<!never)always", "always")]
    [InlineData("al(?=so)ways", "always")]
    [InlineData("(?i)Failed: 123", ": 123")]
    [InlineData("(?i:failed) Password", " Password")]
    [InlineData("(?x) a b c d", "")]
    [InlineData("\\[preauth\\]\\d+", "[preauth]")]
    [InlineData("[a][b][c]", "abc")]
    [InlineData("[]abc]xyz", "xyz")]
    [InlineData("[^]abc]xyz", "xyz")]
    [InlineData("[a-z-[aeiou]]xyz", "xyz")]
    [InlineData("(?P<user>\\S+) said hello", " said hello")]
    [InlineData("(?P<a>x)(?P=a)(?:foo)", "foo")]
    [InlineData("(?<a>x)\\k<a>foo", "foo")]
    [InlineData("(?<a>x)?(?(a)long|longer) text", " text")]
    [InlineData("a(?#long comment)bc", "abc")]
    [InlineData("\\x41BC\\u0044EFG", "EFG")]
    [InlineData("über alles", "ber alles")]
    [InlineData("", "")]
    [InlineData(".*", "")]
    [InlineData("(abc", "")]
    public void The_best_literals_are_found(string pattern, string expected)
    {
        string[] any = expected.Length == 0 ? [] : expected.Split('|');
        Assert.Equal(any, RequiredLiterals.Of(pattern).AnyOf);
    }

    [Fact]
    public void Whatever_matches_holds_one_of_them()
    {
        var random = new Random(3);
        string[] atoms = ["a", "b", "ab", "foo", "bar", ".", "\\d", "[ab]", "[^a]", "\\.", "(?:foo|bar)", "(foo)?", "(?:ab){2}", "a*", "b+", "(?i:foo)", "(?=a)", "(?!b)", "^", "\\b", "o{1,2}", "x|foobar", "(?<n>b)", "(?:|bar)", "1"];
        string[] texts = ["foo", "bar", "ab", "a", "b", ".", "1", "o", "x", "FOO", "foobar", "abab", " "];
        int hits = 0;
        for (int i = 0; i < 3000; i++)
        {
            string pattern = string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => atoms[random.Next(atoms.Length)]));
            var regex = new Regex(pattern, RegexOptions.CultureInvariant);
            RequiredLiterals literals = RequiredLiterals.Of(pattern);
            for (int j = 0; j < 20; j++)
            {
                string text = string.Concat(Enumerable.Range(0, random.Next(1, 7)).Select(_ => texts[random.Next(texts.Length)]));
                if (regex.IsMatch(text))
                {
                    hits += literals.AnyOf.IsEmpty ? 0 : 1;
                    Assert.True(literals.MayMatch(Encoding.UTF8.GetBytes(text)), $"'{pattern}' matches '{text}' without any of {string.Join('|', literals.AnyOf)}");
                }
            }
        }

        Assert.True(hits > 500, $"only {hits} matches had a literal to hold");
    }

    [Fact]
    public void Any_text_is_scanned_without_an_exception()
    {
        var random = new Random(4);
        const string Characters = "ab(?<>[]{}|\\^$*+.:=!P#'kpxu1,-i)";
        for (int i = 0; i < 50_000; i++)
        {
            string pattern = new([.. Enumerable.Range(0, random.Next(12)).Select(_ => Characters[random.Next(Characters.Length)])]);
            Assert.DoesNotContain(RequiredLiterals.Of(pattern).AnyOf, l => l.Length < RequiredLiterals.ShortestLiteral);
        }

        Assert.Empty(RequiredLiterals.Of(new string('(', 100_000)).AnyOf);
    }
}
