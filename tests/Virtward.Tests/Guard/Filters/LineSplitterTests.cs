using System.Text;
using Virtward.Guard.Sources;
using Xunit;

namespace Virtward.Tests.Guard.Filters;

public sealed class LineSplitterTests
{
    [Fact]
    public void A_block_is_split_as_a_simple_split_would()
    {
        var random = new Random(6);
        for (int i = 0; i < 3_000; i++)
        {
            byte[] block = [.. Enumerable.Range(0, random.Next(400)).Select(_ => random.Next(30) == 0 ? (byte)'\n' : (byte)random.Next(256))];
            string text = Encoding.Latin1.GetString(block);
            string[] expected = text.Split('\n');
            var splitter = new LineSplitter(block);
            foreach (string line in expected[..^1])
            {
                Assert.True(splitter.TryNext(out ReadOnlySpan<byte> got));
                Assert.Equal(line, Encoding.Latin1.GetString(got));
            }

            Assert.False(splitter.TryNext(out _));
            Assert.Equal(expected[^1], Encoding.Latin1.GetString(splitter.Rest));
        }
    }
}
