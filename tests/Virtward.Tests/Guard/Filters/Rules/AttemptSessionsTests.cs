using Virtward.Core.Time;
using Virtward.Guard.Filters.Rules;
using Xunit;

namespace Virtward.Tests.Guard.Filters.Rules;

public sealed class AttemptSessionsTests
{
    [Fact]
    public void A_line_adds_what_the_largest_sum_grows()
    {
        var random = new Random(1);
        var sessions = new AttemptSessions();
        var model = new Dictionary<ulong, int[]>();
        ulong[] keys = [.. Enumerable.Range(0, 200).Select(_ => (ulong)random.NextInt64())];
        for (int i = 0; i < 20_000; i++)
        {
            ulong key = keys[random.Next(keys.Length)];
            int series = random.Next(AttemptSessions.MostSeries);
            int attempts = random.Next(4);
            int[] sums = model.TryGetValue(key, out int[]? known) ? known : model[key] = new int[AttemptSessions.MostSeries];
            int before = sums.Max();
            sums[series] += attempts;
            Assert.Equal(sums.Max() - before, sessions.Add(key, series, attempts, At(i / 100)));
        }
    }

    [Fact]
    public void A_session_not_heard_of_for_ten_minutes_is_over()
    {
        var sessions = new AttemptSessions();
        Assert.Equal(1, sessions.Add(42, 0, 1, At(1000)));
        Assert.Equal(0, sessions.Add(42, 1, 1, At(1600)));
        Assert.Equal(1, sessions.Add(42, 1, 1, At(2201)));
        Assert.Equal(0, sessions.Add(42, 0, 1, At(1999))); // a burst out of order
    }

    [Fact]
    public void The_oldest_of_too_many_give_way()
    {
        var sessions = new AttemptSessions();
        var random = new Random(2);
        sessions.Add(7, 0, 1, At(1000));
        for (int i = 0; i < 4 * AttemptSessions.Capacity; i++)
        {
            Assert.Equal(1, sessions.Add((ulong)random.NextInt64() << 1, 0, 1, At(1100)));
        }

        Assert.Equal(1, sessions.Add(7, 1, 1, At(1200)));
    }

    private static UnixTime At(int seconds) => UnixTime.FromSeconds(1_790_000_000 + seconds);
}
