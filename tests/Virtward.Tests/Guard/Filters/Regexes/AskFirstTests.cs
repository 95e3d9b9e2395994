using Virtward.Guard.Filters.Regexes;
using Xunit;

namespace Virtward.Tests.Guard.Filters.Regexes;

public sealed class AskFirstTests
{
    [Theory]
    [InlineData(1, 20_000, 20_000)]
    [InlineData(4, 20_000, 20_000)]
    [InlineData(1_000, 500, 2_500)]
    public void It_asks_on_while_that_rules_enough_out_and_rests_otherwise(int oneIn, int least, int most)
    {
        var ask = default(AskFirst);
        int asked = 0;
        for (int round = 0; round < 20_000; round++)
        {
            if (ask.IsDue())
            {
                asked++;
                ask.Note(round % oneIn == 0);
            }
        }

        Assert.InRange(asked, least, most);
    }

    [Fact]
    public void After_a_rest_it_tries_again()
    {
        var ask = default(AskFirst);
        int asked = 0;
        for (int round = 0; round < 20_000; round++)
        {
            if (ask.IsDue())
            {
                asked++;
                ask.Note(round > 5_000);
            }
        }

        Assert.InRange(asked, 10_000, 16_000);
    }
}
