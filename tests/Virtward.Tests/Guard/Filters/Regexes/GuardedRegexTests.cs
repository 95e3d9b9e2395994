using System.Text;
using Virtward.Guard.Filters.Regexes;
using Xunit;

namespace Virtward.Tests.Guard.Filters.Regexes;

public sealed class GuardedRegexTests
{
    [Theory]
    [InlineData("user bob from 192.0.2.1", "bob")]
    [InlineData("user b\u00f6b\U0001F600 from 192.0.2.1", "b\u00f6b\U0001F600")]
    [InlineData("\u00fcser user b from 192.0.2.1", "b")]
    public void Groups_are_places_in_the_bytes(string line, string user)
    {
        GuardedRegex regex = Regex(@"user (?<user>\S+) from (?<ip>[\d.]+)$");
        byte[] text = Encoding.UTF8.GetBytes(line);
        Assert.True(regex.IsMatch(text));
        Assert.Equal(user, Encoding.UTF8.GetString(text[regex.Group(regex.NumberOf("user"))!.Value]));
        Assert.Equal("192.0.2.1", Encoding.UTF8.GetString(text[regex.Group(regex.NumberOf("ip"))!.Value]));
    }

    [Fact]
    public void Bytes_that_are_no_text_stay_what_they_are()
    {
        GuardedRegex regex = Regex("^user (?<user>.*) from (?<ip>.*)$");
        byte[] text = [.. "user "u8, 0xff, 0xe2, 0x82, (byte)'x', .. " from ::1"u8];
        Assert.True(regex.IsMatch(text));
        Assert.Equal([0xff, 0xe2, 0x82, (byte)'x'], text[regex.Group(regex.NumberOf("user"))!.Value]);
        Assert.Equal("::1"u8.ToArray(), text[regex.Group(regex.NumberOf("ip"))!.Value]);
    }

    [Fact]
    public void A_slow_expression_moves_to_the_linear_engine_and_still_matches()
    {
        GuardedRegex regex = Regex(@"^user (?<word>\S+\s?)+ from [\d.]+$");
        Assert.False(regex.IsMatch(Encoding.UTF8.GetBytes("user " + new string('a', 60) + " from nowhere")));
        Assert.Contains("linear", regex.Warning!, StringComparison.Ordinal);
        Assert.True(regex.IsMatch("user bob from 198.51.100.7"u8));
        Assert.True(regex.IsMatch("user b\u00f6b from 198.51.100.7"u8));
        Assert.False(regex.IsDisabled);
    }

    [Fact]
    public void An_expression_that_stays_slow_is_switched_off_and_told_once()
    {
        GuardedRegex regex = Regex(@"^(?<all>a+)+(?!b)c \k<all> [\d.]+$");
        byte[] hostile = Encoding.UTF8.GetBytes(new string('a', 60) + "!c");
        int told = 0;
        for (int line = 0; line < GuardedRegex.Strikes + 3; line++)
        {
            Assert.False(regex.IsMatch(hostile));
            told += regex.Warning is null ? 0 : 1;
        }

        Assert.True(regex.IsDisabled);
        Assert.Equal(1, told);
        Assert.False(regex.IsMatch("ac a 192.0.2.1"u8));
    }

    private static GuardedRegex Regex(string pattern) => GuardedRegex.Build($"'{pattern}'", pattern).Value;
}
