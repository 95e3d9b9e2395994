using System.Text;
using System.Text.RegularExpressions;
using Virtward.Guard.Filters.Regexes.Bytes;
using Xunit;

namespace Virtward.Tests.Guard.Filters.Regexes.Bytes;

/// <summary>What looks at many characters at once must see what one character after the other shows.</summary>
public sealed class ShortcutsTests
{
    [Fact]
    public void A_run_is_as_long_as_its_characters_are_in_the_set()
    {
        var random = new Random(11);
        for (int round = 0; round < 20_000; round++)
        {
            var set = new ByteSet((ulong)random.NextInt64(), (ulong)random.NextInt64(), false);
            (ulong low, ulong high) = NibbleSet.Of(set);
            byte[] members = [.. set.Bytes(), (byte)'x'];
            byte[] text = [.. Enumerable.Range(0, random.Next(80)).Select(_ => random.Next(30) == 0 ? (byte)random.Next(128) : members[random.Next(members.Length)])];
            int at = random.Next(text.Length + 1);
            Assert.Equal(text.Skip(at).TakeWhile(c => set.Contains(c)).Count(), NibbleSet.RunLength(low, high, text, at));
            for (byte c = 0; c < 128; c++)
            {
                Assert.Equal(set.Contains(c), NibbleSet.Contains(low, high, c));
            }
        }
    }

    [Fact]
    public void Dotted_numbers_are_what_the_expression_finds()
    {
        const string Likely = "0123456789....x:/ ";
        var random = new Random(12);
        var regex = new Regex(@"\G\d{1,3}\.\d{1,3}\.\d{1,3}\.");
        int found = 0;
        for (int round = 0; round < 200_000; round++)
        {
            string text = random.Next(3) == 0
                ? new string([.. Enumerable.Range(0, random.Next(30)).Select(_ => Likely[random.Next(Likely.Length)])])
                : $"{random.Next(2000)}.{random.Next(300)}.{random.Next(99)}.{random.Next(300)}{new string(' ', random.Next(12))}";
            int at = random.Next(Math.Min(text.Length, 3) + 1);
            Match match = regex.Match(text, at);
            found += match.Success ? 1 : 0;
            Assert.Equal(match.Success ? match.Length : -1, DottedNumbers.Length(Encoding.ASCII.GetBytes(text), at));
        }

        Assert.InRange(found, 10_000, 190_000);
    }

    [Theory]
    [InlineData(@"^Received (?<a>x) from \S+:\s*3: .*: Auth fail(?: y)*$", ": Auth fail")]
    [InlineData(@"^Received disconnect from \S+$", null)]
    [InlineData(@"a+(?<x>bc(?<y>d))e\b f(?:gggggggg)?", "bcde f")]
    [InlineData(@"x*(?:longer text|other text)abc", "abc")]
    [InlineData(@"(?i)x*abc", null)]
    public void The_text_that_is_asked_for_first_is_in_every_match(string pattern, string? text) =>
        Assert.Equal(text, RequiredText.Of(SyntaxReader.Read(new Regex(pattern))!) is { } bytes ? Encoding.ASCII.GetString(bytes) : null);

    [Fact]
    public void More_groups_than_a_byte_can_number_are_found_too()
    {
        var pattern = new StringBuilder("^");
        for (int group = 0; group < 150; group++)
        {
            pattern.Append(System.Globalization.CultureInfo.InvariantCulture, $"(?<g{group}>{(char)('a' + (group % 26))})?");
        }

        var samples = new Samples(new Regex(pattern.Append(@"(?<last>\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})\d*;").ToString()), 9);
        Assert.True(samples.Compiles);
        Assert.Null(samples.Disagreement(500));
        Assert.True(samples.Matched > 20);
    }
}
