using Virtward.Core.Time;
using Virtward.Guard.Jails;
using Xunit;

namespace Virtward.Tests.Guard.Jails;

public sealed class LogClockTests
{
    private const long Day = 86_400;

    [Fact]
    public void Follows_the_log_and_never_goes_back()
    {
        var clock = new LogClock(At(100 * Day));
        Assert.Equal(UnixTime.None, clock.Now);
        Assert.Equal(UnixTime.None, clock.Take(UnixTime.None));
        Assert.Equal(At(10), clock.Take(At(10)));
        Assert.Equal(At(20), clock.Take(At(20)));
        Assert.Equal(At(20), clock.Take(At(15)));
        Assert.Equal(At(20 + Day), clock.Take(At(20 + Day)));
    }

    [Fact]
    public void One_line_of_the_far_future_does_not_push_it_and_two_that_agree_do()
    {
        var clock = new LogClock(At(100 * Day));
        clock.Take(At(10));
        Assert.Equal(At(10), clock.Take(At(50 * Day)));
        Assert.Equal(At(11), clock.Take(At(11)));
        Assert.Equal(At(11), clock.Take(At(3 * Day)));
        Assert.Equal(At((3 * Day) + 60), clock.Take(At((3 * Day) + 60)));
    }

    [Fact]
    public void No_line_is_from_after_the_present()
    {
        var clock = new LogClock(At(100));
        clock.Take(At(10));
        clock.Take(At(101));
        Assert.Equal(At(10), clock.Take(At(102)));
        Assert.Equal(At(100), clock.Take(At(100)));
    }

    private static UnixTime At(long seconds) => UnixTime.FromSeconds(seconds);
}
