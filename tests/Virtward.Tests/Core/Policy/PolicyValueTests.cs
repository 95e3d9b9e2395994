using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Core.Policy.Reading;
using Xunit;

namespace Virtward.Tests.Core.Policy;

public sealed class PolicyValueTests
{
    [Theory]
    [InlineData("90", 90)]
    [InlineData("0", 0)]
    [InlineData("45s", 45)]
    [InlineData("10m", 600)]
    [InlineData("1h 30m", 5400)]
    [InlineData("1h30m", 5400)]
    [InlineData("2d", 172_800)]
    [InlineData("1w 1d 1h 1m 1s", 694_861)]
    [InlineData("520w", 314_496_000)]
    public void Reads_durations(string text, int seconds)
    {
        Assert.True(DurationText.TryParse(text, out TimeSpan value));
        Assert.Equal(TimeSpan.FromSeconds(seconds), value);
        Assert.True(DurationText.TryParse(DurationText.Format(value), out TimeSpan again));
        Assert.Equal(value, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("-1")]
    [InlineData("1.5h")]
    [InlineData("10 m")]
    [InlineData("10M")]
    [InlineData("30m 1h")]
    [InlineData("1h 1h")]
    [InlineData("10m 5")]
    [InlineData("m")]
    [InlineData("1mo")]
    [InlineData("522w")]
    [InlineData("99999999999999999999w")]
    [InlineData("2147483647w")]
    [InlineData("١٠m")]
    public void Refuses_what_is_no_duration(string text) => Assert.False(DurationText.TryParse(text, out _));

    [Theory]
    [InlineData("findtme", "findtime")]
    [InlineData("max-retry", "maxretry")]
    [InlineData("MaxRetry", "maxretry")]
    [InlineData("never_ban", "never-ban")]
    [InlineData("tiemfind", null)]
    [InlineData("x", null)]
    public void Finds_the_word_that_was_meant(string word, string? expected) =>
        Assert.Equal(expected, NearestWord.Find(word, ["findtime", "maxretry", "bantime", "never-ban"]));

    [Theory]
    [InlineData("", "abc", 3)]
    [InlineData("abc", "abc", 0)]
    [InlineData("ab", "ba", 1)]
    [InlineData("kitten", "sitting", 3)]
    public void Counts_edits(string from, string to, int edits)
    {
        Assert.Equal(edits, NearestWord.Distance(from, to));
        Assert.Equal(edits, NearestWord.Distance(to, from));
    }

    [Fact]
    public void Takes_filter_references_apart()
    {
        FilterReference? filter = FilterValues.TryParse("sshd[mode=aggressive, x=\"a,b]\"]");

        Assert.NotNull(filter);
        Assert.Equal(("sshd", "aggressive", "a,b]"), (filter.Name, filter.Mode, filter.Options["x"]));
        Assert.Equal("normal", FilterValues.TryParse("sshd")?.Mode);
        Assert.All<string>(["", "[a=b]", "a[", "a[b]", "a[b=c", "a[=c]", "a[b=c]d", "a[b=c,b=d]", "a b"], text => Assert.Null(FilterValues.TryParse(text)));
    }

    [Fact]
    public void The_standard_levels_are_those_of_the_records()
    {
        Assert.Equal(new PrefixBanPolicy().V4, PrefixFamily.V4.LevelsOf(PrefixFamily.V4.StandardLengths, new PrefixBanPolicy().Threshold));
        Assert.Equal(new PrefixBanPolicy().V6, PrefixFamily.V6.LevelsOf(PrefixFamily.V6.StandardLengths, new PrefixBanPolicy().Threshold));
    }

    [Fact]
    public void The_default_policy_is_what_its_text_says()
    {
        HostPolicy policy = DefaultPolicy.Read();

        Assert.Equal("built-in", policy.Origin);
        Assert.Equal(["sshd", "recidive"], policy.Guard.Jails.Select(jail => jail.Name));
        JailPolicy sshd = policy.Guard.Jails[0];
        Assert.Equal((TimeSpan.FromMinutes(10), 3, TimeSpan.FromHours(1)), (sshd.FindTime, sshd.MaxRetry, sshd.BanTime));
        Assert.Equal(new IncrementPolicy(), sshd.Increment);
        Assert.Equal((TimeSpan.FromDays(1), 3, TimeSpan.FromDays(7)),
            (policy.Guard.Jails[1].FindTime, policy.Guard.Jails[1].MaxRetry, policy.Guard.Jails[1].BanTime));
        Assert.True(policy.Guard.Prefixes is { Enabled: true, Threshold: 3 });
        Assert.True(policy.Guard.Siege.Enabled);
        Assert.Empty(policy.Guard.NeverBan);
    }

    [Fact]
    public void The_commented_lines_of_the_default_policy_are_right_too()
    {
        string text = DefaultPolicy.Text
            .Replace("  #  management", "    management", StringComparison.Ordinal)
            .Replace("#  management", "  management", StringComparison.Ordinal)
            .Replace("#  vpn", "  vpn", StringComparison.Ordinal)
            .Replace("never-ban: []", "never-ban:", StringComparison.Ordinal)
            .Replace("#  - ", "  - ", StringComparison.Ordinal)
            .Replace("    #  cockpit", "    cockpit", StringComparison.Ordinal)
            .Replace("    #  portscan", "    portscan", StringComparison.Ordinal)
            .Replace("# mode:", "mode:", StringComparison.Ordinal)
            .Replace("# ports:", "ports:", StringComparison.Ordinal);

        PolicyReading reading = PolicyReader.Read(text, "policy.yaml");

        Assert.Empty(reading.Problems);
        Assert.Equal(["management", "vpn"], reading.Policy!.Zones.Select(zone => zone.Name));
        Assert.Equal([Prefix.Parse("192.0.2.10"), Prefix.Parse("2001:db8:1::/48")], reading.Policy.Guard.NeverBan);
        Assert.Equal(["sshd", "recidive", "cockpit", "portscan"], reading.Policy.Guard.Jails.Select(jail => jail.Name));
        Assert.Equal(JailMode.Simulate, reading.Policy.Guard.Jails[0].Mode);
        Assert.Equal("22/tcp", string.Join(' ', reading.Policy.Guard.Jails[0].Ports));
    }
}
