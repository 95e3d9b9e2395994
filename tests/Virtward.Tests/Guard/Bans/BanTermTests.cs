using Virtward.Core.Net;
using Virtward.Core.Policy;
using Virtward.Guard.Bans;
using Xunit;

namespace Virtward.Tests.Guard.Bans;

public sealed class BanTermTests
{
    private static readonly Prefix Target = Prefix.Parse("203.0.113.9");

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(5, 32)]
    [InlineData(100_000, 672)]
    public void Grows_by_the_factor_up_to_the_cap(int repeats, int hours) =>
        Assert.Equal(TimeSpan.FromHours(hours), Of(new IncrementPolicy { Jitter = 0 }, repeats));

    [Fact]
    public void Stays_the_same_without_increment() => Assert.Equal(TimeSpan.FromHours(1), Of(null, 7));

    [Fact]
    public void Jitter_spreads_over_its_fraction_and_is_the_same_each_time()
    {
        var increment = new IncrementPolicy { Factor = 1, Jitter = 0.5 };
        TimeSpan[] terms = [.. Enumerable.Range(0, 1000).Select(repeats => Of(increment, repeats))];
        Assert.All(terms, static term => Assert.InRange(term, TimeSpan.FromHours(1), TimeSpan.FromHours(1.5)));
        Assert.InRange(terms.Average(static term => term.TotalHours), 1.23, 1.27);
        Assert.Equal(terms, Enumerable.Range(0, 1000).Select(repeats => Of(increment, repeats)));
        Assert.NotEqual(Of(increment, 1), BanTerm.Of(TimeSpan.FromHours(1), increment, 1, "sshd", Target, 2));
    }

    [Fact]
    public void Every_ban_ends()
    {
        var endless = new IncrementPolicy { Factor = double.MaxValue, Cap = TimeSpan.MaxValue, Jitter = 1 };
        Assert.Equal(BanTerm.Longest, BanTerm.Of(TimeSpan.MaxValue, endless, int.MaxValue, "sshd", Target, 1));
        Assert.Equal(BanTerm.Longest, BanTerm.Of(TimeSpan.MaxValue, null, 0, "sshd", Target, 1));
        Assert.Equal(TimeSpan.FromSeconds(1), BanTerm.Of(TimeSpan.Zero, endless with { Factor = double.NaN }, 1, "sshd", Target, 1));
    }

    private static TimeSpan Of(IncrementPolicy? increment, int repeats) =>
        BanTerm.Of(TimeSpan.FromHours(1), increment, repeats, "sshd", Target, 1);
}
