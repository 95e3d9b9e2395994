using System.Text;
using Virtward.Guard.Bans;
using Xunit;

namespace Virtward.Tests.Guard.Bans;

public sealed class PhrasesTests
{
    [Theory]
    [InlineData(0, "a second")]
    [InlineData(12, "12 seconds")]
    [InlineData(119, "2 minutes")]
    [InlineData(720, "12 minutes")]
    [InlineData(7200, "2 hours")]
    [InlineData(86_400, "24 hours")]
    [InlineData(345_600, "4 days")]
    public void Spans_read_well(int seconds, string text) => Assert.Equal(text, Phrases.Span(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(1, "1 address")]
    [InlineData(7168, "7,168 addresses")]
    [InlineData(1.5, "1 address")]
    public void Counts_read_well(double count, string text) => Assert.Equal(text, Phrases.Count(count, "address", "addresses"));

    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("caf\u00e9 \U0001f600", "caf\u00e9 \U0001f600")]
    [InlineData("a\u001b[2Jb\tc\nd\0e", "a?[2Jb?c?d?e")]
    [InlineData("\u202egnp.exe\u200b", "?gnp.exe?")]
    [InlineData("\u2028\ufffe", "??")]
    public void Hostile_text_is_made_printable(string text, string expected) =>
        Assert.Equal(expected, Phrases.Printable(Encoding.UTF8.GetBytes(text), 300));

    [Fact]
    public void Broken_bytes_and_long_lines_are_cut_to_size()
    {
        Assert.Equal("??x", Phrases.Printable([0xff, 0xc3, (byte)'x'], 300));
        Assert.Equal(new string('x', 300), Phrases.Printable(Encoding.UTF8.GetBytes(new string('x', 10_000)), 300));
        Assert.Equal(new string('x', 299) + "?", Phrases.Printable(Encoding.UTF8.GetBytes(new string('x', 299) + "\n" + new string('x', 10)), 300));
        Assert.Equal(" ~?", Phrases.Printable(" ~\u007f"u8, 300));
        Assert.Equal(299, Phrases.Printable(Encoding.UTF8.GetBytes(new string('x', 299) + "\U0001f600"), 300).Length);
    }
}
