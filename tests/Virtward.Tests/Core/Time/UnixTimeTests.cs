using Virtward.Core.Time;
using Xunit;

namespace Virtward.Tests.Core.Time;

public sealed class UnixTimeTests
{
    [Fact]
    public void A_difference_is_exact_or_the_longest_span()
    {
        long[] edges = [0, 1, -1, long.MaxValue, long.MinValue, long.MaxValue / 10, long.MinValue / 10, (long.MaxValue / 10) + 1, (long.MinValue / 10) - 1, long.MaxValue / 2, long.MinValue / 2];
        var random = new Random(3);
        for (int i = 0; i < 100_000; i++)
        {
            long later = Any();
            long earlier = Any();
            Int128 exact = ((Int128)later - earlier) * TimeSpan.TicksPerMicrosecond;
            TimeSpan expected = exact > long.MaxValue ? TimeSpan.MaxValue : exact < long.MinValue ? TimeSpan.MinValue : new TimeSpan((long)exact);
            Assert.Equal(expected, new UnixTime(later) - new UnixTime(earlier));
        }

        long Any() => random.Next(2) == 0 ? edges[random.Next(edges.Length)] + random.Next(-2, 3) : random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(40);
    }
}
