using System.Text;
using Virtward.Guard.Fail2Ban.Engine;
using Xunit;

namespace Virtward.Tests.Guard.Fail2Ban;

public sealed class RulesByFirstTests
{
    [Fact]
    public void No_expression_that_matches_is_left_out()
    {
        string[] sources =
        [
            @"^[aA]uthentication (?:failure|error) for .* from <HOST>", "^Failed password for .* from <HOST>", "^Failed publickey for .* from <HOST>",
            @"^(?:Connection|Disconnected) from <HOST>", @"^\S+ refused <HOST>", "refused <HOST>", @"(?i)^connection from <HOST>", @"^\s*.?refused <HOST>",
            @"^(?:Fail(?:ed|ure)|x*) <HOST>",
        ];
        string[] words = ["Authentication", "authentication error", "Failed password for root from", "Failed publickey for x from", "Connection from", "conneCtion from", "Disconnected from", "é refused", "refused", " \u00fcrefused", "Failed", "Failure", "xx", "", "\0\0\0\0\0\0\0\0"];
        List<Rule> rules = [.. sources.Select(source => Rule.Build(source, true, false).Value)];
        var byFirst = new RulesByFirst(rules);
        var random = new Random(4);
        int matched = 0;
        for (int round = 0; round < 20_000; round++)
        {
            var text = new StringBuilder(words[random.Next(words.Length)]);
            if (random.Next(3) == 0 && text.Length > 0)
            {
                text[random.Next(text.Length)] = "aFé \0"[random.Next(5)];
            }

            byte[] bytes = Encoding.UTF8.GetBytes(text.Append(" 192.0.2.1\n").ToString());
            ulong may = byFirst.Of(bytes);
            for (int index = 0; index < rules.Count; index++)
            {
                bool matches = rules[index].Regex.IsMatch(bytes);
                matched += matches ? 1 : 0;
                Assert.True(!matches || (may >> index & 1) != 0, $"{rules[index].Source} on '{text}'");
            }
        }

        Assert.True(matched > 10_000, $"{matched}");
    }
}
