using Virtward.Core.Time;
using Virtward.Guard.Jails;
using Xunit;

namespace Virtward.Tests.Guard.Jails;

/// <summary>A window against a plain list of times: across the step from few attempts to many and back.</summary>
public sealed class AttemptWindowTests
{
    [Fact]
    public void Keeps_what_a_list_keeps()
    {
        var random = new Random(1);
        for (int round = 0; round < 2_000; round++)
        {
            var window = default(AttemptWindow);
            var list = new List<long>();
            for (int step = 0; step < 40; step++)
            {
                long time = random.Next(100);
                switch (random.Next(8))
                {
                    case < 5:
                        int attempts = random.Next(1, 4);
                        int limit = random.Next(1, 9);
                        window.Add(new UnixTime(time), attempts, limit);
                        list.AddRange(Enumerable.Repeat(time, Math.Max(0, Math.Min(attempts, limit - list.Count))));
                        list.Sort();
                        break;

                    case < 7:
                        Assert.Equal(list.RemoveAll(kept => kept < time), window.DropBefore(new UnixTime(time)));
                        break;

                    default:
                        if (random.Next(4) == 0)
                        {
                            window.Clear();
                            list.Clear();
                        }
                        else
                        {
                            window.Shift(TimeSpan.FromMicroseconds(5));
                            list = list.ConvertAll(kept => kept + 5);
                        }

                        break;
                }

                Assert.Equal(list, window.Times);
                Assert.Equal(list.Count, window.Count);
            }
        }
    }
}
