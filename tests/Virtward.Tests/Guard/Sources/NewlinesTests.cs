using Virtward.Guard.Sources;
using Xunit;

namespace Virtward.Tests.Guard.Sources;

public sealed class NewlinesTests
{
    [Fact]
    public void Are_counted_and_part_lines_as_a_naive_search_says()
    {
        var random = new Random(8);
        for (int round = 0; round < 2_000; round++)
        {
            int sparse = random.Next(1, 200);
            byte[] text = [.. Enumerable.Range(0, random.Next(600)).Select(_ => random.Next(sparse) == 0 ? (byte)'\n' : (byte)random.Next(256)), (byte)'\n'];
            Assert.Equal(text.Count(b => b == '\n'), Newlines.Count(text));

            int at = random.Next(text.Length);
            int start = at == 0 ? 0 : Array.LastIndexOf(text, (byte)'\n', at - 1) + 1;
            int end = Array.IndexOf(text, (byte)'\n', at);
            Assert.True(Newlines.LineAt(text, at, out int next).SequenceEqual(text.AsSpan(start..end)));
            Assert.Equal(end + 1, next);
        }
    }

    [Fact]
    public void More_than_a_counter_holds_are_counted()
    {
        byte[] text = [.. Enumerable.Repeat((byte)'\n', 100_001)];
        Assert.Equal(text.Length, Newlines.Count(text));
    }

    [Fact]
    public void A_line_beyond_the_limit_is_never_overlooked()
    {
        var random = new Random(9);
        int within = 0;
        for (int round = 0; round < 5_000; round++)
        {
            int limit = random.Next(1, 60);
            byte[] text = [.. Enumerable.Range(0, random.Next(1, 12)).SelectMany(_ => Enumerable.Repeat((byte)'x', random.Next(random.Next(2) == 0 ? 4 : 70)).Append((byte)'\n'))];
            if (Newlines.AreWithin(text, limit))
            {
                within++;
                Assert.True(System.Text.Encoding.ASCII.GetString(text).Split('\n').All(line => line.Length <= limit));
            }
        }

        Assert.True(within > 100);
    }
}
