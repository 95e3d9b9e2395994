using System.Text;
using Virtward.Guard.Fail2Ban.Engine;
using Xunit;

namespace Virtward.Tests.Guard.Fail2Ban;

public sealed class TextMemoryTests
{
    [Fact]
    public void Every_text_is_told_as_it_is_and_the_last_one_is_made_once()
    {
        var memory = new TextMemory();
        var random = new Random(3);
        byte[] last = [];
        string? lastText = null;
        for (int round = 0; round < 5_000; round++)
        {
            byte[] bytes = last;
            if (random.Next(3) > 0)
            {
                bytes = new byte[random.Next(90)];
                random.NextBytes(bytes);
            }

            string text = memory.Text(bytes);
            Assert.Equal(Encoding.UTF8.GetString(bytes), text);
            if (bytes == last && bytes.Length <= 64 && lastText is not null)
            {
                Assert.Same(lastText, text);
            }

            (last, lastText) = (bytes, text);
        }
    }
}
