using Virtward.Core.Time;
using Virtward.Guard.Jails;
using Xunit;

namespace Virtward.Tests.Guard.Jails;

public sealed class RecencyTableTests
{
    [Theory]
    [InlineData(1UL)]
    [InlineData(0UL)]
    [InlineData(0xfeed_beefUL)]
    public void Agrees_with_a_list_in_order_of_touch(ulong seed)
    {
        var random = new Random(5);
        var table = new RecencyTable<int>(seed, trackChanges: true);
        var model = new List<(ulong Key, int Value, UnixTime Seen)>();
        var drained = new Dictionary<ulong, int>();
        for (int step = 0; step < 30_000; step++)
        {
            var now = new UnixTime(step);
            ulong key = (ulong)random.Next(200) << random.Next(2) * 32;
            int at = model.FindIndex(entry => entry.Key == key);
            int index = table.Find(key);
            Assert.Equal(at >= 0, index != RecencyTable<int>.None);
            if (random.Next(3) > 0)
            {
                table[table.TouchOrAdd(key, now)] = step;
                if (at >= 0)
                {
                    model.RemoveAt(at);
                }

                model.Add((key, step, now));
            }
            else if (at >= 0)
            {
                Assert.Equal(model[at].Value, table[index]);
                table.Remove(index);
                model.RemoveAt(at);
            }

            Assert.Equal(model.Count, table.Count);
            if (step % 100 == 0)
            {
                table.DrainChanges((changed, where) =>
                {
                    drained.Remove(changed);
                    if (where != RecencyTable<int>.None)
                    {
                        drained[changed] = table[where];
                    }
                });
                Assert.Equal(model, InOrder(table));
                Assert.Equal(model.Select(static e => KeyValuePair.Create(e.Key, e.Value)).OrderBy(static e => e.Key), drained.OrderBy(static e => e.Key));
            }
        }
    }

    [Fact]
    public void Changes_that_nobody_drains_do_not_grow_for_ever()
    {
        var table = new RecencyTable<byte>(1, trackChanges: true);
        for (ulong key = 0; key < 200_000; key++)
        {
            table.Add(key, new UnixTime(0));
            if (table.Count > 10)
            {
                table.Remove(table.Oldest);
            }
        }

        Assert.True(table.Overflowed);
        table.ForgetChanges();
        Assert.False(table.Overflowed);
        table.Touch(table.Oldest, new UnixTime(1));
        var changed = new List<ulong>();
        table.DrainChanges((key, _) => changed.Add(key));
        Assert.Single(changed);
    }

    private static IEnumerable<(ulong, int, UnixTime)> InOrder(RecencyTable<int> table)
    {
        for (int index = table.Oldest; index != RecencyTable<int>.None; index = table.NewerThan(index))
        {
            yield return (table.KeyAt(index), table[index], table.SeenAt(index));
        }
    }
}
